import type { FeedEvent } from "./types";

/** One block of a text/event-stream, parsed; null for comments and heartbeats. */
export function parseBlock(block: string): { id: string | null; event: FeedEvent } | null {
  let id: string | null = null;
  let kind = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "id") id = value;
    else if (field === "event") kind = value;
    else if (field === "data") data.push(value);
  }
  if (data.length === 0) return null;
  try {
    const shape = JSON.parse(data.join("\n")) as Partial<FeedEvent>;
    return { id, event: { seq: 0, ticket_id: null, ...shape, kind: shape.kind ?? kind } };
  } catch {
    return null;
  }
}

/**
 * Follows the change feed until `stop()` is called, resuming after the last event seen.
 * Read with fetch instead of EventSource: every kind of event is delivered, also kinds
 * this console does not know yet, and a lost session is told apart from a lost network.
 */
export function followEvents(onEvent: (event: FeedEvent) => void, onState: (connected: boolean) => void): { stop: () => void } {
  const controller = new AbortController();
  let lastId: string | null = null;
  let wait = 500;

  async function read(): Promise<void> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (lastId) headers["Last-Event-ID"] = lastId;
    const response = await fetch("/api/v1/events", { headers, signal: controller.signal, credentials: "same-origin" });
    if (!response.ok || !response.body) throw new Error(String(response.status));
    onState(true);
    wait = 500;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).replace(/\r\n/g, "\n").split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const parsed = parseBlock(block);
        if (parsed?.id) lastId = parsed.id;
        if (parsed) onEvent(parsed.event);
      }
    }
  }

  async function follow(): Promise<void> {
    while (!controller.signal.aborted) {
      try {
        await read();
      } catch {
        if (controller.signal.aborted) return;
        onState(false);
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, 15_000);
    }
  }
  void follow();
  return { stop: () => controller.abort() };
}
