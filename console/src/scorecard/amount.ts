import { language } from "../strings";

const minutes = new Set(["first_reply", "resolution_assisted", "resolution_alone"]);
const plain = new Set(["rating", "effort", "model_requests"]);
const whole = new Set(["model_tokens"]);

/** A figure as people read it: a share in percent, a time in the unit that fits, an amount with one place. */
export function amount(figure: string, value: number): string {
  const number = (n: number, style: Intl.NumberFormatOptions) => new Intl.NumberFormat(language(), style).format(n);
  if (figure === "review_seconds") return number(value, { style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 0 });
  if (whole.has(figure)) return number(value, { maximumFractionDigits: 0 });
  if (plain.has(figure)) return number(value, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  if (!minutes.has(figure)) return number(value, { style: "percent", maximumFractionDigits: value > 0 && value < 0.1 ? 1 : 0 });
  const [unit, length] = value < 90 ? (["minute", 1] as const) : value < 2880 ? (["hour", 60] as const) : (["day", 1440] as const);
  return number(value / length, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: unit === "minute" ? 0 : 1 });
}

/** A sum as people read it, with as many places as a small one needs. */
export const money = (value: number, currency: string) => new Intl.NumberFormat(language(), { style: "currency", currency, maximumSignificantDigits: 3 }).format(value);
