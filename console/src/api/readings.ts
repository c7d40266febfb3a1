import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { GroupReadings, OwnReadings } from "./types";

export const ownReadingsQuery = queryOptions({ queryKey: ["readings", "own"], queryFn: () => call<OwnReadings>("GET", "/readings/own"), refetchOnMount: "always" });
export const groupReadingsQuery = queryOptions({ queryKey: ["readings", "groups"], queryFn: () => call<GroupReadings>("GET", "/readings/groups"), refetchOnMount: "always" });
export const shareReadings = (sharing: OwnReadings["sharing"]) => call<void>("PUT", "/readings/sharing", { body: { sharing } });
