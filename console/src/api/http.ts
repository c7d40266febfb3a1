import type { Page } from "./types";

/** A refusal or failure in the form of RFC 9457. `word` is the last part of the problem's type. */
export class Problem extends Error {
  constructor(
    readonly word: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly next: string | null = null,
    /** What is wrong with which line of a text that was sent. */
    readonly lines: { line: number; why: string }[] | null = null,
  ) {
    super(detail || title);
  }
  /** The request never reached the server: what the person typed must stay on this device. */
  get isOffline(): boolean {
    return this.status === 0;
  }
  get isStale(): boolean {
    return this.status === 412 || (this.status === 409 && this.word === "stale");
  }
}

interface Options {
  body?: unknown;
  raw?: { type: string; data: BodyInit };
  revision?: number;
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** Goes on when the page is left. */
  keepalive?: boolean;
}

const base = "/api/v1";

async function problemFrom(response: Response): Promise<Problem> {
  const fallback = new Problem("unavailable", response.status, response.statusText, response.statusText);
  try {
    const shape = (await response.json()) as Record<string, unknown>;
    const word = String(shape.type ?? "").split("/").pop() || "unavailable";
    return new Problem(word, response.status, String(shape.title ?? ""), String(shape.detail ?? shape.title ?? ""), shape.next ? String(shape.next) : null, Array.isArray(shape.problems) ? (shape.problems as { line: number; why: string }[]) : null);
  } catch {
    return fallback;
  }
}

async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.raw) headers["Content-Type"] = options.raw.type;
  if (options.revision !== undefined) headers["If-Match"] = `"${options.revision}"`;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  const body = options.raw ? options.raw.data : options.body === undefined ? null : JSON.stringify(options.body);
  let response: Response;
  try {
    response = await fetch(base + path, { method, headers, body, signal: options.signal ?? null, keepalive: options.keepalive ?? false, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem("offline", 0, "offline", "");
  }
  if (!response.ok) throw await problemFrom(response);
  return response;
}

/** Calls the API and reads JSON; `undefined` for an empty answer. */
export async function call<T>(method: string, path: string, options?: Options): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Calls the API and reads the answer as text (message HTML, proofs). */
export async function callText(path: string): Promise<string> {
  return (await send("GET", path)).text();
}

/** Builds a query string, leaving out what is empty. */
export function query(parameters: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

/** Cursor for useInfiniteQuery. */
export const nextCursor = <T>(page: Page<T>): string | undefined => page.next_cursor ?? undefined;

/** Where the browser itself downloads or shows a resource. */
export const href = (path: string): string => base + path;
