import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { Coverage } from "./types";

export const coverageQuery = queryOptions({ queryKey: ["coverage"], queryFn: () => call<Coverage>("GET", "/coverage"), refetchOnMount: "always", refetchInterval: (query) => (query.state.data?.state === "counting" ? 2_000 : 30_000) });
