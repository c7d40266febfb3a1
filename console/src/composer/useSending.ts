import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { approveDraft, sealDraft, type Yes } from "../api/drafts";
import { Problem } from "../api/http";
import { queryClient, useDesk } from "../api/queries";
import type { Sealed, TicketPage } from "../api/types";
import { dropFromLists } from "../inbox/news";
import { announce } from "../shell/live";
import { offerUndo } from "../shell/undo";
import { notify, notifyFailure } from "../states/notice";
import { t } from "../strings";
import type { DraftText } from "./useDraftText";

export interface Sending {
  sealed: Sealed | null; isSealing: boolean; isSigning: boolean;
  seal: () => Promise<void>; unseal: () => void; sign: (yes: Yes) => Promise<void>;
}

/** The only way a letter leaves: seal what would be sent, look at it, sign it with another key. */
export function useSending(ticket: TicketPage, text: DraftText): Sending {
  const [sealed, setSealed] = useState<Sealed | null>(null);
  const [isSealing, setSealing] = useState(false);
  const [isSigning, setSigning] = useState(false);
  const navigate = useNavigate();
  const desk = useDesk();

  const seal = async () => {
    if (isSealing || text.body.trim() === "") return;
    setSealing(true);
    try {
      if (!(await text.flush())) return notify(t("seal.unsaved"));
      setSealed(await sealDraft(text.draft.id));
      announce(t("seal.announce"));
    } catch (error) {
      notifyFailure(error);
    } finally {
      setSealing(false);
    }
  };

  const leave = async (nextId: string | null) => {
    if (nextId) await navigate({ to: "/tickets/$ticketId", params: { ticketId: nextId }, search: (old: object) => old });
    else await navigate({ to: "/tickets", search: (old: object) => old });
  };

  const sign = async (yes: Yes) => {
    if (!sealed || isSigning) return;
    setSigning(true);
    try {
      await yes.confirm();
      const approved = await approveDraft(text.draft.id, sealed, yes);
      if (approved.state === "awaits_second") {
        setSealed(null);
        notify(t("first.own"));
      } else if (approved.approval_id) {
        offerUndo({ kind: "letter", approvalId: approved.approval_id, ticketId: ticket.id, number: ticket.number, until: Date.now() + desk.undo_seconds * 1000 });
        announce(t("undo.letter"));
        if (yes.statusAfter !== "open") dropFromLists(ticket.id);
      }
      await leave(approved.next_ticket_id);
      for (const key of ["views", "tray"]) void queryClient.invalidateQueries({ queryKey: [key] });
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    } catch (error) {
      if (error instanceof Problem && (error.isStale || error.status === 409)) setSealed(null);
      notifyFailure(error);
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    } finally {
      setSigning(false);
    }
  };
  return { sealed, isSealing, isSigning, seal, unseal: () => setSealed(null), sign };
}
