import { useState } from "react";
import { patchTicket, queryClient, useSession } from "../api/queries";
import { acceptSuggestion, applyMore, correctSuggestion, type Change } from "../api/triage";
import type { Field, Follower, TicketPage, Understanding, Verdict } from "../api/types";
import { useAction } from "../shell/actions";
import { announce } from "../shell/live";
import { offerUndo, verdictTime } from "../shell/undo";
import { notify, notifyFailure } from "../states/notice";
import { t } from "../strings";

/** Which field is open for correction, and for flags which one. */
export interface Picking { field: Field; flag?: string }
/** Tickets that would follow a correction; `out` were taken out by the person. */
export interface More { verdictId: string; lines: Follower[]; out: string[] }

export interface VerdictControl {
  mayAccept: boolean; accept: () => void;
  picking: Picking | null; pick: (picking: Picking | null) => void; correct: (change: Change) => void;
  more: More | null; leaveOut: (ticketId: string) => void; follow: () => void; forget: () => void;
}

const refresh = (ticketId: string) => {
  for (const key of [["ticket", ticketId], ["tickets"], ["views"], ["corrections"], ["calibration"], ["tasks"]]) void queryClient.invalidateQueries({ queryKey: key });
};

/** A person's word on what the machine understood. Shown at once, taken back when refused. */
export function useVerdict(ticket: TicketPage): VerdictControl {
  const { agent, desk } = useSession();
  const [picking, pick] = useState<Picking | null>(null);
  const [more, setMore] = useState<More | null>(null);
  const { understanding } = ticket;
  const about = { ticketId: ticket.id, number: ticket.number };

  const answer = async (send: () => Promise<Understanding>, shown: Pick<Verdict, "verdict" | "category">) => {
    pick(null);
    setMore(null);
    const by = { verdict_id: "", by: agent.name, at: new Date().toISOString(), priority: null, queue: null, dismissed: [] };
    const show = (next: (old: Understanding) => Understanding) => patchTicket(ticket.id, (old) => (old.understanding ? { ...old, understanding: next(old.understanding) } : old));
    const takeBack = show((old) => ({ ...old, check_asked: false, verdict: { ...by, ...shown } }));
    const label = t(shown.verdict === "accepted" ? "undo.accepted" : "undo.corrected");
    announce(label);
    try {
      const given = await send();
      show(() => given);
      const verdictId = given.verdict?.verdict_id ?? "";
      offerUndo({ kind: "verdict", label, verdictId, ...about, until: Date.now() + verdictTime });
      if (given.more && given.more.length > 0) setMore({ verdictId, lines: given.more, out: [] });
      refresh(ticket.id);
    } catch (error) {
      takeBack();
      notifyFailure(error);
    }
  };

  const mayAccept = understanding !== null && understanding.verdict === null && understanding.category !== null;
  const accept = () => {
    if (understanding && mayAccept) void answer(() => acceptSuggestion(understanding.suggestion_id), { verdict: "accepted", category: understanding.category });
  };
  const correct = (change: Change) => {
    if (!understanding) return;
    const category = desk.categories.find((one) => one.key === change.category) ?? null;
    if (mayAccept && category && category.key === understanding.category?.key) return accept();
    const theirs = understanding.verdict && understanding.verdict.by !== agent.name ? understanding.verdict.verdict_id : null;
    void answer(() => correctSuggestion(understanding.suggestion_id, change, theirs), { verdict: "edited", category });
  };

  // Once the correction is taken back, nothing follows it.
  const standing = more && understanding?.verdict?.verdict_id === more.verdictId ? more : null;
  const leaveOut = (id: string) => setMore((old) => old && { ...old, out: old.out.includes(id) ? old.out.filter((one) => one !== id) : [...old.out, id] });
  const follow = () => {
    const chosen = standing?.lines.map((line) => line.ticket_id).filter((id) => !standing.out.includes(id)) ?? [];
    if (!standing || chosen.length === 0) return;
    setMore(null);
    applyMore(standing.verdictId, chosen).then(({ moved, skipped }) => {
      if (moved.length > 0) offerUndo({ kind: "more", label: t(moved.length === 1 ? "undo.more1" : "undo.more", { n: moved.length }), verdictId: standing.verdictId, ...about, until: Date.now() + verdictTime });
      if (skipped[0]) notify(t("more.stayed", { n: skipped.length, why: skipped[0].why }));
      void queryClient.invalidateQueries({ queryKey: ["ticket"] });
      refresh(ticket.id);
    }, notifyFailure);
  };

  useAction("suggestion.accept", accept, mayAccept);
  useAction("suggestion.correct", () => pick({ field: understanding?.least_certain ?? "category" }), understanding !== null);
  useAction("suggestion.more", follow, standing !== null);
  useAction("suggestion.leaveOut", () => standing && leaveOut(focusedRow() ?? standing.lines.find((line) => !standing.out.includes(line.ticket_id))?.ticket_id ?? ""), standing !== null);
  return { mayAccept, accept, picking, pick, correct, more: standing, leaveOut, follow, forget: () => setMore(null) };
}

const focusedRow = (): string | undefined => (document.activeElement as HTMLElement | null)?.dataset.follower;
