import { t } from "../strings";

/** Below this share a label is noise, not a candidate. */
const least = 0.15;

/** "Plans or Payments": at most three labels worth naming; empty when none is. */
export function likely(candidates: { name: string; probability: number }[]): string {
  return candidates.filter((one) => one.probability >= least).slice(0, 3).map((one) => one.name).join(` ${t("or")} `);
}
