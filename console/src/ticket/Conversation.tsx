import { useEffect, useMemo, useRef, useState } from "react";
import type { Message, Note, TicketPage } from "../api/types";
import { announce } from "../shell/live";
import { Ago } from "../states/Parts";
import { t } from "../strings";
import { useLight } from "./lit";
import { MessageView } from "./MessageView";
import { NoteEditor } from "./NoteEditor";

type Entry = { at: string; message: Message } | { at: string; note: Note };

interface Props { ticket: TicketPage; isNoteOpen: boolean; onNoteClose: () => void }

/** Oldest first, earlier ones folded to a line, the newest question open and marked. */
export function Conversation({ ticket, isNoteOpen, onNoteClose }: Props) {
  const { shown, waiting, show } = useSteadyMessages(ticket.messages);
  const newest = useMemo(() => shown.filter((message) => message.direction === "inbound").at(-1)?.id ?? shown.at(-1)?.id, [shown]);
  const [opened, setOpened] = useState<Set<string>>(new Set());
  const { lit } = useLight();
  const box = useRef<HTMLDivElement>(null);
  const litMessage = lit?.kind === "words" ? lit.messageId : null;

  useEffect(() => {
    const mark = box.current?.querySelector<HTMLElement>("[data-newest]");
    if (mark && box.current) box.current.scrollTop = mark.offsetTop - 6;
  }, [newest]);
  useEffect(() => {
    if (litMessage) box.current?.querySelector(".lit-words")?.scrollIntoView({ block: "nearest" });
  }, [litMessage, lit]);

  const entries: Entry[] = [...shown.map((message) => ({ at: message.at, message })), ...ticket.notes.map((note) => ({ at: note.at, note }))]
    .sort((a, b) => a.at.localeCompare(b.at));
  return (
    <div className="conversation" ref={box} tabIndex={0} role="region" aria-label={t("ticket.conversation")}>
      {entries.map((entry) => {
        if ("note" in entry) return <NoteView key={entry.note.id} note={entry.note} />;
        const { message } = entry;
        // A closed case is read for its answer: question and reply stand open.
        const isPast = ticket.status === "closed" && shown.length <= 2;
        const isOpen = message.id === newest || isPast || opened.has(message.id) || message.id === litMessage;
        const toggle = () => setOpened((old) => { const next = new Set(old); if (!next.delete(message.id)) next.add(message.id); return next; });
        return <MessageView key={message.id} ticketId={ticket.id} instructs={message.orders.length > 0 || (message.id === newest && message.direction === "inbound" && ticket.risk.includes("injection"))} message={message} isNewest={message.id === newest} isOpen={isOpen} onToggle={toggle} />;
      })}
      {isNoteOpen && <NoteEditor ticketId={ticket.id} queue={ticket.queue} onClose={onNoteClose} />}
      {waiting > 0 && <button type="button" className="news" onClick={show}>{t(waiting === 1 ? "ticket.news1" : "ticket.news", { n: waiting })}</button>}
    </div>
  );
}

function NoteView({ note }: { note: Note }) {
  return (
    <section className="note" aria-label={t("ticket.noteBy", { name: note.author_name })}>
      <header><b>{t("ticket.noteBy", { name: note.author_name })}</b> <span className="quiet">{note.moved_from && t("relocation.of", { n: note.moved_from })} <Ago at={note.at} /></span></header>
      <p className="letter-text">{note.body}</p>
    </section>
  );
}

/** New messages wait behind a quiet bar; what is being read stays where it is. */
function useSteadyMessages(messages: Message[]) {
  const [known, setKnown] = useState(() => new Set(messages.map((message) => message.id)));
  const arrived = messages.filter((message) => !known.has(message.id) && message.direction === "inbound");
  const show = () => setKnown(new Set(messages.map((message) => message.id)));
  const count = arrived.length;
  useEffect(() => { if (count > 0) announce(t(count === 1 ? "ticket.news1" : "ticket.news", { n: count })); }, [count]);
  return { shown: messages.filter((message) => known.has(message.id) || message.direction === "outbound"), waiting: count, show };
}
