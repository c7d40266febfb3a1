import { Kbd, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconEye, IconHelp } from "@tabler/icons-react";
import type { Doubt } from "../api/types";
import type { ActionId } from "../keys";
import { spelled } from "../keys";
import { useActions } from "../shell/actions";
import { t, word } from "../strings";
import { ago, moment } from "../text/time";

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The key of an action as it is set now. */
export function Key({ action }: { action: ActionId }) {
  const { keymap } = useActions();
  return <span className="key" aria-hidden>{spelled(keymap[action], isMac).map((name, i) => <Kbd key={i} size="xs">{name}</Kbd>)}</span>;
}

/** "3 h ago", with the absolute time on hover. */
export function Ago({ at }: { at: string | null }) {
  if (!at) return <span>–</span>;
  return <time dateTime={at} title={moment(at)}>{ago(at)}</time>;
}

/** The three words for confidence, each with its own shape so that colour is never alone. */
export function DoubtWord({ value }: { value: Doubt }) {
  const Shape = value === "sure" ? IconCheck : value === "check" ? IconEye : IconHelp;
  return <span className="doubt" data-doubt={value}><Shape size={14} stroke={2} aria-hidden />{t(`doubt.${value}`)}</span>;
}

export function RiskFlag({ flag, quote }: { flag: string; quote?: string }) {
  const label = <span className="risk"><IconAlertTriangle size={12} stroke={2} aria-hidden />{word("risk", flag)}</span>;
  return quote ? <Tooltip label={`“${quote}”`} multiline maw={320}>{label}</Tooltip> : label;
}

/** The mark every machine-written text carries. */
export function MachineMark({ label }: { label: string }) {
  return (
    <span className="machine-mark">
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden><path d="M2 2v8M5 3.5h5M5 6h5M5 8.5h3" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" /></svg>
      {label}
    </span>
  );
}
