import { language, t } from "../strings";

const steps: [Intl.RelativeTimeFormatUnit, number][] = [["minute", 60], ["hour", 3600], ["day", 86_400], ["month", 2_629_800], ["year", 31_557_600]];

/** "3 h ago", in the viewer's language. */
export function ago(at: string, now = Date.now()): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (!Number.isFinite(seconds)) return "";
  if (Math.abs(seconds) < 60) return t("time.now");
  let unit: Intl.RelativeTimeFormatUnit = "minute";
  let size = 60;
  for (const [name, length] of steps) if (Math.abs(seconds) >= length) [unit, size] = [name, length];
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto", style: "narrow" }).format(-Math.round(seconds / size), unit);
}

/** The exact moment in the viewer's zone. */
export function moment(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(date);
}

/** A date in the viewer's zone. */
export function day(at: string | null): string {
  if (!at) return "–";
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : new Intl.DateTimeFormat(language(), { dateStyle: "medium" }).format(date);
}

/** "12 kB". */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** "62 %" from 0.62. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** When a requester wants it. A day without an hour comes as its last second in UTC: it is that day, in every zone. */
export function dueBy(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const isDay = /T23:59:59(\.\d+)?Z$/.test(at);
  const style: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language(), isDay ? { ...style, timeZone: "UTC" } : { ...style, hour: "numeric", minute: "2-digit" }).format(date);
}
