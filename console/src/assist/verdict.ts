import { useState } from "react";
import { patchTicket, queryClient, useSession } from "../api/queries";
import { giveVerdict } from "../api/tickets";
import type { Named, TicketPage } from "../api/types";
import { useAction } from "../shell/actions";
import { announce } from "../shell/live";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import type { Panel } from "./panel";

export interface VerdictControl { accept: () => void; isCorrecting: boolean; setCorrecting: (isOn: boolean) => void; correct: (category: Named) => void }

/** A person's word on what the machine understood. Shown at once, taken back when refused. */
export function useVerdict(ticket: TicketPage, panel: Panel): VerdictControl {
  const { agent } = useSession();
  const [isCorrecting, setCorrecting] = useState(false);
  const { understanding } = ticket;

  const give = async (verdict: "accepted" | "edited", category: Named | null) => {
    if (!understanding) return;
    setCorrecting(false);
    const takeBack = patchTicket(ticket.id, (old) => old.understanding ? {
      ...old, category, understanding: { ...old.understanding, verdict: { verdict, by: agent.name, at: new Date().toISOString(), category } },
    } : old);
    announce(t(verdict === "accepted" ? "understanding.acceptedBy" : "understanding.correctedBy", { name: agent.name }));
    try {
      await giveVerdict(understanding.suggestion_id, verdict, verdict === "edited" ? category?.key : undefined);
      for (const key of [["ticket", ticket.id], ["tickets"], ["views"]]) void queryClient.invalidateQueries({ queryKey: key });
    } catch (error) {
      takeBack();
      notifyFailure(error);
    }
  };
  const mayAccept = understanding !== null && understanding.verdict === null && understanding.category !== null;
  const accept = () => void give("accepted", understanding?.category ?? null);
  useAction("suggestion.accept", accept, mayAccept);
  useAction("suggestion.correct", () => { panel.show("understanding"); setCorrecting(true); }, understanding !== null);
  return { accept, isCorrecting, setCorrecting, correct: (category) => void give("edited", category) };
}
