import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { Accounts, Invitation, Invited, List, NewSecondFactor, OwnSession, Role, SecondFactor } from "./types";

export const sessionsQuery = queryOptions({ queryKey: ["sessions"], queryFn: () => call<List<OwnSession>>("GET", "/sessions").then((list) => list.items), refetchOnMount: "always" });
export const endSession = (id: string) => call<void>("DELETE", `/sessions/${id}`);

export const secondFactorQuery = queryOptions({ queryKey: ["second-factor"], queryFn: () => call<SecondFactor>("GET", "/second-factor") });
export const beginSecondFactor = () => call<NewSecondFactor>("POST", "/second-factor");
export const proveSecondFactor = (code: string) => call<{ codes: string[] }>("POST", "/second-factor/confirmation", { body: { code } }).then((told) => told.codes);
export const removeSecondFactor = () => call<void>("DELETE", "/second-factor");

export const accountsQuery = queryOptions({ queryKey: ["accounts"], queryFn: () => call<Accounts>("GET", "/accounts"), refetchOnMount: "always" });
export const invitationsQuery = queryOptions({ queryKey: ["invitations"], queryFn: () => call<List<Invitation>>("GET", "/invitations").then((list) => list.items), refetchOnMount: "always" });

export type AccountChange = { change: "role"; role: Role; queues: string[] } | { change: "off" | "on" | "signed_out" | "second_factor_lost" };
export const changeAccount = (id: string, change: AccountChange) => call<void>("POST", `/accounts/${id}/changes`, { body: change });
export const invite = (whom: { name: string; email: string; role: Role; queues: string[] }) => call<{ id: string; token: string }>("POST", "/invitations", { body: whom });
export const withdrawInvitation = (id: string) => call<void>("DELETE", `/invitations/${id}`);

export const lookAtInvitation = (token: string) => call<Invited>("POST", "/invitations/look", { body: { token } });
export const acceptInvitation = (token: string, password: string) => call<void>("POST", "/invitations/acceptance", { body: { token, password } });
