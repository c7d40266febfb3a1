import { queryOptions } from "@tanstack/react-query";
import { call, query } from "./http";
import type { Behind, QueuesHealth, Scorecard } from "./types";

/** Which tickets: days back, told apart by, and of what alone. */
export interface ScoreFilter { days: number; by: string; only: Record<string, string> }

const asked = ({ days, by, only }: ScoreFilter) => ({ days: String(days), by, ...only });

export const scorecardQuery = (filter: ScoreFilter) =>
  queryOptions({ queryKey: ["scorecard", filter], queryFn: () => call<Scorecard>("GET", `/scorecard${query(asked(filter))}`), refetchOnMount: "always", placeholderData: (before) => before });
/** How queues stand now; it changes with every mail. */
export const queuesQuery = queryOptions({ queryKey: ["queues"], queryFn: () => call<QueuesHealth>("GET", "/scorecard/queues"), refetchOnMount: "always", refetchInterval: 30_000 });
export const behindQuery = (filter: ScoreFilter, figure: string) =>
  queryOptions({ queryKey: ["scorecard", filter, "behind", figure], queryFn: () => call<Behind>("GET", `/scorecard/tickets${query({ ...asked(filter), figure })}`) });
/** Where a browser fetches every row. */
export const rowsAddress = (filter: ScoreFilter, format: "csv" | "json") => `/api/v1/scorecard/rows${query({ ...asked(filter), format })}`;
