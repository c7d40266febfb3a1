import { queryOptions } from "@tanstack/react-query";
import { call, Problem } from "./http";
import type { Agent, AiChoice, DemoAccount, DeskStatus, DisclosureLine, NewToken, Page, Session, Token, WaysIn } from "./types";

/** `code`: where a problem `second-factor` asked for one. */
export const signIn = (email: string, password: string, code?: string) => call<Session>("POST", "/session", { body: { email, password, code } });
export const signOut = () => call<void>("DELETE", "/session");
/** Proves again that it is them, for what asks for more than a session. */
export const confirmSession = (password: string) => call<void>("POST", "/session/confirmation", { body: { password } });
/** Which ways to sign in there are besides a password. */
export const waysInQuery = queryOptions({ queryKey: ["ways-in"], queryFn: () => call<WaysIn>("GET", "/session/ways"), staleTime: Infinity });
/** The way through the identity provider, back to a page of this desk. `again`: as a fresh proof. */
export const providerHref = (to: string, again = false) => `/api/v1/session/provider?to=${encodeURIComponent(to)}${again ? "&again=1" : ""}`;
export const getStatus = () => call<DeskStatus>("GET", "/status");
export const disclosureQuery = queryOptions({ queryKey: ["disclosure"], queryFn: () => call<DisclosureLine>("GET", "/disclosure") });
export const setDisclosure = (line: string) => call<DisclosureLine>("PUT", "/disclosure", { body: { line } });
export const setOwnAi = (ai: AiChoice) => call<Agent>("PUT", "/session/ai", { body: { ai } });
export const listTokens = () => call<Page<Token>>("GET", "/tokens");
export const createToken = (name: string, scopes: string[], days: number) => call<NewToken>("POST", "/tokens", { body: { name, scopes, days } });
export const revokeToken = (id: string) => call<void>("DELETE", `/tokens/${id}`);

/** The session, or null when nobody is signed in. */
export async function getSession(): Promise<Session | null> {
  try {
    return await call<Session>("GET", "/session");
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** The demo's accounts, or an empty list on a desk that is not a demo. */
export async function listDemoAccounts(): Promise<DemoAccount[]> {
  try {
    return (await call<{ items: DemoAccount[] }>("GET", "/demo/accounts")).items;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return [];
    throw error;
  }
}
