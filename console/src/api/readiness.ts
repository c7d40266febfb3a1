import { queryOptions } from "@tanstack/react-query";
import { call, query } from "./http";
import type { Ladder, Rung } from "./types";

/** A part of a category's tickets: in a queue, or about a product. Empty is the whole. */
export interface Part { queue?: string; product?: string }

/** A step a lead wants. */
export interface WantedStep extends Part { category: string; rung: Rung; reason: string }

/** The products to choose from stay while another part is asked for; the categories are that part's alone. */
export const readinessQuery = (part: Part) =>
  queryOptions({ queryKey: ["readiness", part], queryFn: () => call<Ladder>("GET", `/readiness${query({ ...part })}`), refetchOnMount: "always", placeholderData: (before) => before });
export const takeStep = (step: WantedStep) => call<void>("POST", "/readiness/steps", { body: step });
