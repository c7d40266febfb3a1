import { ActionIcon, Button } from "@mantine/core";
import { IconBook2, IconPencil, IconSend, IconTextPlus } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Draft, TicketPage } from "../api/types";
import { spelled } from "../keys";
import { useAction, useActions } from "../shell/actions";
import { isMac, Key, MachineMark } from "../states/Parts";
import { t } from "../strings";
import { nowDoing } from "../ticket/presence";
import { percent } from "../text/time";
import { ApprovedNote } from "./ApprovedNote";
import { ChangedSources } from "./ChangedSources";
import { ConflictChoice } from "./ConflictChoice";
import { DraftEditor } from "./DraftEditor";
import { DraftReader } from "./DraftReader";
import { FirstNote } from "./FirstNote";
import { LetterNotes } from "./LetterNotes";
import { LitSource } from "./LitSource";
import { MacroPicker } from "./MacroPicker";
import { SealedView } from "./SealedView";
import { SetAsideText } from "./SetAsideText";
import { useDraftText, type DraftText } from "./useDraftText";
import { useSending } from "./useSending";
import { VoiceNote } from "./VoiceNote";

interface Props { ticket: TicketPage; given: Draft; isPanelOpen: boolean }

export const isMachineText = (draft: Draft): boolean => draft.ai_share > 0 || draft.origin !== "agent";

export function DraftBox({ ticket, given, isPanelOpen }: Props) {
  const text = useDraftText(given);
  const [isEditing, setEditing] = useState(given.origin === "agent" && given.state === "open");
  const [isPicking, setPicking] = useState(false);
  const caret = useRef<number | null>(null);
  const sending = useSending(ticket, text);
  useEffect(() => nowDoing(sending.sealed ? "approving" : isEditing ? "writing" : "viewing"), [sending.sealed, isEditing]);
  const isOpen = text.draft.state === "open" || text.draft.state === "superseded";
  useAction("draft.edit", () => setEditing(true), isOpen && !sending.sealed);
  useAction("draft.seal", () => void sending.seal(), isOpen && !sending.sealed);
  useAction("draft.macro", () => setPicking(true), isOpen && !sending.sealed && text.theirs === null);
  const insert = (words: string) => {
    const at = isEditing ? (caret.current ?? text.body.length) : text.body.length;
    text.write(placed(text.body, at, words));
    setPicking(false);
    setEditing(true);
  };
  useAction("draft.unsupported", focusNextUnsupported);

  if (!isOpen && text.draft.approval) return <ApprovedNote draft={text.draft} ticket={ticket} />;
  if (sending.sealed) return <SealedView sealed={sending.sealed} ticket={ticket} onBack={sending.unseal} onSign={sending.sign} isSigning={sending.isSigning} />;
  return (
    <section className="draft" data-machine={isMachineText(text.draft) || undefined} aria-label={t("draft.label")}>
      <LetterNotes ticket={ticket} />
      <FirstNote draft={text.draft} />
      <ChangedSources draft={text.draft} body={text.body} />
      <VoiceNote draft={text.draft} />
      <SetAsideText ticketId={ticket.id} body={text.body} onTake={text.write} />
      {text.theirs && <ConflictChoice mine={text.body} theirs={text.theirs} onSettle={text.settle} />}
      <div className="draft-scroll" tabIndex={isEditing ? -1 : 0} role="group" aria-label={t("draft.text")}>
        {isEditing
          ? <DraftEditor text={text} caret={caret} onLeave={() => setEditing(false)} />
          : <DraftReader text={text} onEdit={() => setEditing(true)} />}
      </div>
      {isPicking && <div className="picker-place"><MacroPicker ticketId={ticket.id} onTake={insert} onLeave={() => setPicking(false)} /></div>}
      <footer className="bar send-bar">
        <LitSource ticket={ticket} isPanelOpen={isPanelOpen} />
        <DraftFacts text={text} />
        {isEditing
          ? <Button variant="default" leftSection={<IconBook2 size={15} />} onClick={() => setEditing(false)}>{t("draft.read")}</Button>
          : <Button variant="default" leftSection={<IconPencil size={15} />} onClick={() => setEditing(true)} rightSection={<Key action="draft.edit" />}>{t("draft.edit")}</Button>}
        <MacroButton isOff={text.theirs !== null} onPress={() => setPicking(!isPicking)} />
        <Button leftSection={<IconSend size={15} />} loading={sending.isSealing} disabled={text.theirs !== null || text.body.trim() === ""} onClick={() => void sending.seal()} rightSection={<Key action="draft.seal" />}>
          {t("draft.seal")}
        </Button>
      </footer>
    </section>
  );
}

/** Small, so that what the draft is keeps its place beside it. */
function MacroButton({ isOff, onPress }: { isOff: boolean; onPress: () => void }) {
  const { keymap } = useActions();
  return (
    <ActionIcon variant="default" size={36} disabled={isOff} aria-label={t("macros.pick")} title={`${t("macros.pick")} (${spelled(keymap["draft.macro"], isMac).join("+")})`} onClick={onPress}>
      <IconTextPlus size={16} />
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
