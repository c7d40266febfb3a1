import { IconAlertTriangle, IconCheck, IconClockHour4 } from "@tabler/icons-react";
import type { PolicyLine, Role } from "../api/types";
import { t } from "../strings";

export const mayChange = (role: Role): boolean => role === "lead" || role === "admin";

/** Whether somebody still answers for a policy: a word and a shape, never colour alone. */
export function StandingWord({ state }: { state: PolicyLine["state"] }) {
  const Shape = state === "current" ? IconCheck : state === "due" ? IconClockHour4 : IconAlertTriangle;
  return <span className="standing" data-state={state}><Shape size={14} stroke={1.9} aria-hidden />{t(`policy.${state}`)}</span>;
}
