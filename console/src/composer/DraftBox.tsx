import { ActionIcon, Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconBook2, IconPencil, IconSend, IconTextPlus, IconThumbDown, IconWand } from "@tabler/icons-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { rejectDraft } from "../api/drafts";
import { patchTicket, queryClient } from "../api/queries";
import type { Draft, TicketPage } from "../api/types";
import { spelled, type ActionId } from "../keys";
import { useAction, useActions } from "../shell/actions";
import { notifyFailure } from "../states/notice";
import { isMac, Key, MachineMark } from "../states/Parts";
import { t } from "../strings";
import { nowDoing } from "../ticket/presence";
import { moment, percent } from "../text/time";
import { watchDraft } from "./attention";
import { ApprovedNote } from "./ApprovedNote";
import { ChangedSources } from "./ChangedSources";
import { ConflictChoice } from "./ConflictChoice";
import { DraftEditor } from "./DraftEditor";
import { DraftReader } from "./DraftReader";
import { FirstNote } from "./FirstNote";
import { LetterNotes } from "./LetterNotes";
import { LitSource } from "./LitSource";
import { MacroPicker } from "./MacroPicker";
import { RepeatedNote } from "./RepeatedNote";
import { RewriteBox } from "./RewriteBox";
import { SealedView } from "./SealedView";
import { SetAsideText } from "./SetAsideText";
import { useDraftText, type DraftText } from "./useDraftText";
import { useSending } from "./useSending";
import { VoiceNote } from "./VoiceNote";

interface Props { ticket: TicketPage; given: Draft; isPanelOpen: boolean; onRejected: (draftId: string) => void }

export const isMachineText = (draft: Draft): boolean => draft.ai_share > 0 || draft.origin !== "agent";

export function DraftBox({ ticket, given, isPanelOpen, onRejected }: Props) {
  const text = useDraftText(given);
  const [isEditing, setEditing] = useState(given.origin === "agent" && given.state === "open");
  const [open, setOpen] = useState<"macros" | "rewrite" | null>(null);
  const caret = useRef<[number, number] | null>(null);
  const sending = useSending(ticket, text);
  useEffect(() => nowDoing(sending.sealed ? "approving" : isEditing ? "writing" : "viewing"), [sending.sealed, isEditing]);
  const isOpen = text.draft.state === "open" || text.draft.state === "superseded";
  useEffect(() => watchDraft(given.id), [given.id]);
  const reject = useRejection(ticket, onRejected);
  const mayReject = text.draft.origin !== "agent" && text.draft.state === "open" && !sending.sealed;
  useAction("draft.reject", () => reject.mutate(text.draft.id), mayReject && !reject.isPending);
  useAction("draft.edit", () => setEditing(true), isOpen && !sending.sealed);
  useAction("draft.seal", () => void sending.seal(), isOpen && !sending.sealed);
  useAction("draft.macro", () => setOpen("macros"), isOpen && !sending.sealed && text.theirs === null);
  useAction("draft.rewrite", () => setOpen("rewrite"), mayRewrite(ticket) && isOpen && !sending.sealed && text.theirs === null);
  const insert = (words: string) => {
    const at = isEditing ? (caret.current?.[0] ?? text.body.length) : text.body.length;
    text.write(placed(text.body, at, words));
    setOpen(null);
    setEditing(true);
  };
  useAction("draft.unsupported", focusNextUnsupported);

  if (!isOpen && text.draft.approval) return <ApprovedNote draft={text.draft} ticket={ticket} />;
  if (sending.sealed) return <SealedView sealed={sending.sealed} ticket={ticket} onBack={sending.unseal} onSign={sending.sign} isSigning={sending.isSigning} />;
  return (
    <section className="draft" data-machine={isMachineText(text.draft) || undefined} aria-label={t("draft.label")}>
      <LetterNotes ticket={ticket} />
      <FirstNote draft={text.draft} />
      {text.draft.checked_at && <p className="quiet" data-testid="checked">{t("draft.checked", { at: moment(text.draft.checked_at) })}</p>}
      <ChangedSources draft={text.draft} body={text.body} />
      <VoiceNote draft={text.draft} />
      <SetAsideText ticketId={ticket.id} body={text.body} onTake={text.write} />
      {text.theirs && <ConflictChoice mine={text.body} theirs={text.theirs} onSettle={text.settle} />}
      <div className="draft-scroll" tabIndex={isEditing ? -1 : 0} role="group" aria-label={t("draft.text")}>
        {isEditing
          ? <DraftEditor text={text} caret={caret} onLeave={() => setEditing(false)} />
          : <DraftReader text={text} onEdit={() => setEditing(true)} />}
      </div>
      <RepeatedNote ticketId={ticket.id} body={text.body} />
      {open === "macros" && <div className="picker-place"><MacroPicker ticketId={ticket.id} onTake={insert} onLeave={() => setOpen(null)} /></div>}
      {open === "rewrite" && <div className="picker-place"><RewriteBox text={text} selected={isEditing ? caret.current : null} onLeave={() => setOpen(null)} /></div>}
      <footer className="bar send-bar">
        <LitSource ticket={ticket} isPanelOpen={isPanelOpen} />
        <DraftFacts text={text} />
        {isEditing
          ? <Button variant="default" leftSection={<IconBook2 size={15} />} onClick={() => setEditing(false)}>{t("draft.read")}</Button>
          : <Button variant="default" leftSection={<IconPencil size={15} />} onClick={() => setEditing(true)} rightSection={<Key action="draft.edit" />}>{t("draft.edit")}</Button>}
        {mayReject && <BarButton action="draft.reject" label={t("reject.draft")} icon={<IconThumbDown size={16} />} isOff={reject.isPending} onPress={() => reject.mutate(text.draft.id)} />}
        <BarButton action="draft.macro" label={t("macros.pick")} icon={<IconTextPlus size={16} />} isOff={text.theirs !== null} onPress={() => setOpen(open === "macros" ? null : "macros")} />
        {mayRewrite(ticket) && <BarButton action="draft.rewrite" label={t("rewrite.title")} icon={<IconWand size={16} />} isOff={text.theirs !== null || text.body.trim() === ""} onPress={() => setOpen(open === "rewrite" ? null : "rewrite")} />}
        <Button leftSection={<IconSend size={15} />} loading={sending.isSealing} disabled={text.theirs !== null || text.body.trim() === ""} onClick={() => void sending.seal()} rightSection={<Key action="draft.seal" />}>
          {t("draft.seal")}
        </Button>
      </footer>
    </section>
  );
}

/** Turns the machine's draft down: gone at once, reason or not. */
function useRejection(ticket: TicketPage, onRejected: (draftId: string) => void) {
  return useMutation({
    mutationFn: (draftId: string) => rejectDraft(draftId),
    onSuccess: (_, draftId) => {
      onRejected(draftId);
      patchTicket(ticket.id, (old) => ({ ...old, answer: { ...old.answer, draft: null, state: "withheld", why: null } }));
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    },
    onError: notifyFailure,
  });
}

/** Where the machine may write nothing it rewrites nothing either. */
const mayRewrite = (ticket: TicketPage): boolean => ticket.answer.may_rewrite;

/** Small, so that what the draft is keeps its place beside it. */
function BarButton({ action, label, icon, isOff, onPress }: { action: ActionId; label: string; icon: ReactNode; isOff: boolean; onPress: () => void }) {
  const { keymap } = useActions();
  return (
    <ActionIcon variant="default" size={36} disabled={isOff} aria-label={label} title={`${label} (${spelled(keymap[action], isMac).join("+")})`} onClick={onPress}>
      {icon}
    </ActionIcon>
  );
}

/** Words put into a text as a paragraph of their own. */
function placed(body: string, at: number, words: string): string {
  const before = body.slice(0, at).trimEnd();
  const after = body.slice(at).trimStart();
  return [before, words.trim(), after].filter((part) => part !== "").join("\n\n");
}

function DraftFacts({ text }: { text: DraftText }) {
  const { draft, state } = text;
  return (
    <span className="draft-facts">
      {isMachineText(draft)
        ? <MachineMark label={draft.ai_share >= 0.995 ? t(`draft.origin.${draft.origin}`) : t("draft.share", { share: percent(draft.ai_share) })} />
        : <span className="quiet">{t("draft.own")}</span>}
      <span className="one-line">
        {isMachineText(draft) && draft.state === "open" && <span className="quiet" title={draft.confidence === null ? t("draft.noChanceWhat") : t("draft.chanceWhat")}>{draft.confidence === null ? t("draft.noChance") : t("draft.chance", { share: percent(draft.confidence) })} · </span>}
        <span className="save-state" data-state={state} role="status">{t(`save.${state}`)}</span>
      </span>
    </span>
  );
}

function focusNextUnsupported(): void {
  const all = [...document.querySelectorAll<HTMLElement>('.sentence[data-support="unsupported"]')];
  const at = all.indexOf(document.activeElement as HTMLElement);
  all[(at + 1) % all.length]?.focus();
}
