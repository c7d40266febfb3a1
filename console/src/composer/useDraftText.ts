import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { saveDraft } from "../api/drafts";
import { Problem } from "../api/http";
import { patchTicket } from "../api/queries";
import { getTicket } from "../api/tickets";
import type { Draft } from "../api/types";
import { savedRuns, typedRuns, type Run } from "../text/sentences";
import { forget, keep, kept } from "./kept";

export type SaveState = "saved" | "typing" | "saving" | "kept" | "conflict" | "failed";

export interface DraftText {
  draft: Draft; body: string; runs: Run[]; state: SaveState; theirs: Draft | null;
  write: (body: string) => void;
  /** Saves what is still unsaved; false when it could not be. */
  flush: () => Promise<boolean>;
  settle: (choice: "mine" | "theirs") => void;
  /** The draft as the server has it now. */
  latest: () => Draft;
  /** Shows a version that the server made. */
  replace: (draft: Draft) => void;
}

const pause = 600;

/** The text of one draft: typed here, saved there, never lost in between. */
export function useDraftText(given: Draft): DraftText {
  const [saved, setSaved] = useState(given);
  const [body, setBody] = useState(() => kept(given.id)?.body ?? given.body);
  const [state, setState] = useState<SaveState>("saved");
  const [theirs, setTheirs] = useState<Draft | null>(null);
  const now = useRef({ saved, body, saving: null as Promise<boolean> | null, timer: 0 });
  now.current.body = body;

  const adopt = useCallback((draft: Draft) => {
    now.current.saved = draft;
    setSaved(draft);
    patchTicket(draft.ticket_id, (ticket) => ({ ...ticket, answer: { ...ticket.answer, draft } }));
  }, []);

  const save = useCallback(async (): Promise<boolean> => {
    const text = now.current.body;
    const base = now.current.saved;
    if (text === base.body) {
      forget(base.id);
      setState("saved");
      return true;
    }
    setState("saving");
    try {
      adopt(await saveDraft(base.id, text, base.revision));
      if (now.current.body !== text) return await save();
      forget(base.id);
      setState("saved");
      return true;
    } catch (error) {
      if (error instanceof Problem && error.isStale) {
        const fresh = (await getTicket(base.ticket_id).catch(() => null))?.answer.draft ?? null;
        if (fresh?.id === base.id && fresh.body !== text) setTheirs(fresh);
        else if (fresh?.id === base.id) adopt(fresh);
        setState(fresh ? "conflict" : "failed");
      } else {
        setState(error instanceof Problem && error.isOffline ? "kept" : "failed");
      }
      return false;
    }
  }, [adopt]);

  const flush = useCallback(async () => {
    window.clearTimeout(now.current.timer);
    await now.current.saving;
    now.current.saving = save().finally(() => (now.current.saving = null));
    return now.current.saving;
  }, [save]);

  const write = useCallback((text: string) => {
    now.current.body = text;
    setBody(text);
    setState((old) => (old === "conflict" ? old : "typing"));
    keep(now.current.saved.id, { body: text, revision: now.current.saved.revision });
    window.clearTimeout(now.current.timer);
    now.current.timer = window.setTimeout(() => void flush(), pause);
  }, [flush]);

  const settle = useCallback((choice: "mine" | "theirs") => {
    if (!theirs) return;
    adopt(theirs);
    setTheirs(null);
    if (choice === "theirs") {
      setBody(theirs.body);
      now.current.body = theirs.body;
    }
    void flush();
  }, [theirs, adopt, flush]);

  const latest = useCallback(() => now.current.saved, []);
  const replace = useCallback((draft: Draft) => {
    adopt(draft);
    now.current.body = draft.body;
    setBody(draft.body);
    forget(draft.id);
    setState("saved");
  }, [adopt]);

  // A newer revision from elsewhere is taken over silently only when nothing unsaved stands here.
  useEffect(() => {
    const { saved: mine, body: text } = now.current;
    if (given.revision < mine.revision || given === mine) return;
    if (text === mine.body) {
      now.current.saved = given;
      setSaved(given);
      setBody(given.body);
    }
  }, [given]);

  useEffect(() => {
    if (kept(given.id)) void flush();
    const retry = () => void flush();
    window.addEventListener("online", retry);
    const box = now.current;
    return () => {
      window.removeEventListener("online", retry);
      window.clearTimeout(box.timer);
      if (box.body !== box.saved.body) void save();
    };
  }, [given.id, flush, save]);

  useEffect(() => {
    if (state !== "kept" && state !== "failed") return;
    const timer = window.setTimeout(() => void flush(), 5000);
    return () => window.clearTimeout(timer);
  }, [state, flush]);

  const runs = useMemo(() => (body === saved.body ? savedRuns(body, saved.sentences) : typedRuns(body, saved.sentences)), [body, saved]);
  return { draft: saved, body, runs, state, theirs, write, flush, settle, latest, replace };
}
