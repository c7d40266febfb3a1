import { useEffect, useSyncExternalStore } from "react";
import { followEvents } from "../api/events";
import { queryClient, statusQuery } from "../api/queries";
import type { FeedEvent } from "../api/types";
import { presenceKey } from "../ticket/presence";

let connected = true;
let announcement = "";
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

function setConnected(next: boolean): void {
  if (next === connected) return;
  connected = next;
  tell();
}

/** Says something to screen readers without moving the focus. */
export function announce(text: string): void {
  announcement = text;
  tell();
}

export const useAnnouncement = (): string => useSyncExternalStore(subscribe, () => announcement);
export const useConnected = (): boolean => useSyncExternalStore(subscribe, () => connected && navigator.onLine);

/** Lists listen here: they decide themselves how to show change without jumping. */
const listWatchers = new Set<() => void>();
export function watchLists(watcher: () => void): () => void {
  listWatchers.add(watcher);
  return () => void listWatchers.delete(watcher);
}

/** Follows the feed while somebody is signed in; gathers events for a moment, then refreshes what they touch. */
export function useLive(): void {
  useEffect(() => {
    const touched = new Set<string>();
    let isKnowledgeChanged = false;
    let timer: number | undefined;

    function flush(): void {
      timer = undefined;
      for (const id of touched) void queryClient.invalidateQueries({ queryKey: ["ticket", id] });
      touched.clear();
      // A source that changed can concern any ticket in sight.
      if (isKnowledgeChanged) for (const key of ["ticket", "article", "articles", "sources"]) void queryClient.invalidateQueries({ queryKey: [key] });
      isKnowledgeChanged = false;
      for (const key of ["views", "tray", "quarantine", "mail", "checkpoint"]) void queryClient.invalidateQueries({ queryKey: [key] });
      listWatchers.forEach((watcher) => watcher());
    }

    function onEvent(event: FeedEvent): void {
      if (event.kind === "progress") {
        const { done = 0, total = 0 } = event;
        queryClient.setQueryData(statusQuery.queryKey, (old) =>
          old && { ...old, desk: { ...old.desk, embedding: { ...old.desk.embedding, done, total, state: done < total ? "filling" as const : "ready" as const } } });
        return;
      }
      if (event.kind === "presence") {
        if (event.ticket_id) void queryClient.invalidateQueries({ queryKey: presenceKey(event.ticket_id) });
        return;
      }
      if (event.ticket_id) touched.add(event.ticket_id);
      if (event.kind.startsWith("article.")) isKnowledgeChanged = true;
      timer ??= window.setTimeout(flush, 250);
    }

    function onState(isConnected: boolean): void {
      setConnected(isConnected);
      // The feed ends when the session does: a question that needs one finds out, and the page goes to the door.
      if (!isConnected) for (const key of ["views", "tasks"]) void queryClient.invalidateQueries({ queryKey: [key] });
    }

    const feed = followEvents(onEvent, onState);
    window.addEventListener("online", tell);
    window.addEventListener("offline", tell);
    return () => {
      feed.stop();
      window.clearTimeout(timer);
      window.removeEventListener("online", tell);
      window.removeEventListener("offline", tell);
    };
  }, []);
}
