import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { Ladder, Rung } from "./types";

/** A step a lead wants; without a queue it holds everywhere. */
export interface WantedStep { category: string; queue?: string; rung: Rung; reason: string }

export const readinessQuery = queryOptions({ queryKey: ["readiness"], queryFn: () => call<Ladder>("GET", "/readiness"), refetchOnMount: "always" });
export const takeStep = (step: WantedStep) => call<void>("POST", "/readiness/steps", { body: step });
