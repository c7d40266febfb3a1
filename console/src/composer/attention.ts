// How long the words of a draft stood before the person, and which sources they opened meanwhile: for their own figures.
// One draft at a time; a hidden tab does not count.

interface Watched { draftId: string; seconds: number; since: number | null; opened: Set<number> }

let watched: Watched | null = null;

const now = () => performance.now() / 1000;
const isSeen = () => document.visibilityState === "visible";

function pause(): void {
  if (watched?.since != null) watched.seconds += now() - watched.since;
  if (watched) watched.since = null;
}

/** Begins with a draft, or goes on with it; returns how to stop. */
export function watchDraft(draftId: string): () => void {
  if (watched?.draftId !== draftId) watched = { draftId, seconds: 0, since: null, opened: new Set() };
  const turn = () => { pause(); if (watched && isSeen()) watched.since = now(); };
  turn();
  document.addEventListener("visibilitychange", turn);
  return () => { document.removeEventListener("visibilitychange", turn); pause(); };
}

/** Sources whose words the person asked to see. */
export function sawSources(citations: number[]): void {
  citations.forEach((one) => watched?.opened.add(one));
}

/** What to say with the yes to this draft. */
export function attentionTo(draftId: string): { seconds: number; opened: number[] } {
  if (watched?.draftId !== draftId) return { seconds: 0, opened: [] };
  const running = watched.since === null ? 0 : now() - watched.since;
  return { seconds: Math.floor(watched.seconds + running), opened: [...watched.opened] };
}
