// Who else is at a ticket. One sign of life every ten seconds and whenever what is done changes; the feed says when
// somebody else's changed.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { bePresent, getPresence, type Doing } from "../api/presence";
import { queryClient } from "../api/queries";
import type { Present } from "../api/types";

const everyMs = 10_000;

export const presenceKey = (ticketId: string) => ["presence", ticketId];

let doing: Exclude<Doing, "gone"> = "viewing";
const listeners = new Set<() => void>();

/** Says what this person does at the open ticket; the ticket's view passes it on. */
export function nowDoing(next: Exclude<Doing, "gone">): void {
  if (next === doing) return;
  doing = next;
  listeners.forEach((listener) => listener());
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Tells the desk that this person is here, for as long as the ticket is open and the page is seen. */
export function useBeingPresent(ticketId: string): void {
  const what = useSyncExternalStore(subscribe, () => doing);
  useEffect(() => {
    const tell = () => {
      if (document.hidden) return;
      void bePresent(ticketId, what).then((list) => queryClient.setQueryData(presenceKey(ticketId), list), () => undefined);
    };
    tell();
    const timer = window.setInterval(tell, everyMs);
    return () => window.clearInterval(timer);
  }, [ticketId, what]);
  useEffect(() => {
    const leave = () => void bePresent(ticketId, "gone").catch(() => undefined);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      nowDoing("viewing");
      leave();
    };
  }, [ticketId]);
}

/** Colleagues at a ticket, those who are about to send first. */
export function useOthers(ticketId: string): Present[] {
  const { data } = useQuery({ queryKey: presenceKey(ticketId), queryFn: () => getPresence(ticketId), refetchInterval: everyMs });
  const rank = { approving: 0, writing: 1, viewing: 2 };
  return [...(data?.items ?? [])].sort((a, b) => rank[a.doing] - rank[b.doing]);
}
