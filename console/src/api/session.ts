import { call, Problem } from "./http";
import type { Agent, AiChoice, DemoAccount, DeskStatus, NewToken, Page, Session, Token } from "./types";

export const signIn = (email: string, password: string) => call<Session>("POST", "/session", { body: { email, password } });
export const signOut = () => call<void>("DELETE", "/session");
/** Proves again that it is them, for what asks for more than a session. */
export const confirmSession = (password: string) => call<void>("POST", "/session/confirmation", { body: { password } });
export const getStatus = () => call<DeskStatus>("GET", "/status");
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
