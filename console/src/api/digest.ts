import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { WeekDigest } from "./types";

export const digestQuery = (day: string | null) => queryOptions({ queryKey: ["digest", day], queryFn: () => call<WeekDigest>("GET", `/digest${day ? `?day=${day}` : ""}`), refetchOnMount: "always" });
export const setDigestMail = (mail: "on" | "off") => call<undefined>("PUT", "/digest/mail", { body: { mail } });
