import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconChevronRight, IconPaperclip, IconRobotOff, IconRoute } from "@tabler/icons-react";
import { useState } from "react";
import { href } from "../api/http";
import { useSession } from "../api/queries";
import { translateMessage } from "../api/tickets";
import type { Message } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Ago, MachineMark } from "../states/Parts";
import { language, t, word } from "../strings";
import { segments } from "../text/offsets";
import { moment, size } from "../text/time";
import { HtmlFrame } from "./HtmlFrame";
import { RemoveWords } from "./RemoveWords";
import { SplitOff } from "./SplitOff";
import { useLight } from "./lit";

/** `instructs`: somewhere in it, seen or hidden, it speaks to the machine. */
interface Props { ticketId: string; message: Message; instructs: boolean; isNewest: boolean; isOpen: boolean; onToggle: () => void }

export function MessageView({ ticketId, message, instructs, isNewest, isOpen, onToggle }: Props) {
  const [isWhole, setWhole] = useState(false);
  const [isHtml, setHtml] = useState(false);
  const [translated, setTranslated] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const isOut = message.direction === "outbound";
  const translate = async () => {
    if (translated !== null) return setTranslated(null);
    try {
      setTranslated((await translateMessage(ticketId, message.id, language())).text);
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <section className="message" data-direction={message.direction} data-newest={isNewest || undefined} data-open={isOpen || undefined} aria-label={t(isOut ? "ticket.replyFrom" : "ticket.mailFrom", { name: message.author_name })}>
      <header>
        <button type="button" className="message-fold" aria-expanded={isOpen} onClick={onToggle} disabled={isNewest}>
          {!isNewest && <IconChevronRight size={14} aria-hidden />}
          <b>{message.author_name}</b>
          {!isOpen && <span className="quiet message-first">{message.latest.slice(0, 120)}</span>}
        </button>
        {isNewest && !isOut && <span className="newest">{t("ticket.newest")}</span>}
        {message.ai_assisted !== "none" && <MachineMark label={t(`ai.${message.ai_assisted}`)} />}
        {message.approved_by && <span className="quiet" title={message.approved_at ? moment(message.approved_at) : ""}>{t("ticket.signedBy", { name: message.approved_by.name })}</span>}
        {message.approval_id && <Link className="quiet" to="/letters/$approvalId" params={{ approvalId: message.approval_id }} aria-label={t("origin.link")} title={t("origin.link")}><IconRoute size={14} aria-hidden /></Link>}
        {message.delivery && message.delivery !== "sent" && <span className="delivery" data-state={message.delivery}>{word("delivery", message.delivery)}</span>}
        {message.moved_from && <span className="quiet">{t("relocation.of", { n: message.moved_from })}</span>}
        <span className="quiet message-at"><Ago at={message.at} /></span>
      </header>
      {isOpen && (
        <>
          {instructs && <p className="warning order-note"><IconRobotOff size={14} aria-hidden />{t("ticket.order")}</p>}
          {message.warnings.map((warning) => <p key={warning} className="warning"><IconAlertTriangle size={14} aria-hidden />{warning}</p>)}
          {isHtml ? <HtmlFrame messageId={message.id} /> : <Words message={message} isWhole={isWhole} />}
          {translated !== null && <Translated text={translated} />}
          <Tools ticketId={ticketId} message={message} translation={isOut ? null : { isShown: translated !== null, onPress: () => void translate() }} isWhole={isWhole} onWhole={() => setWhole(!isWhole)} isHtml={isHtml} onHtml={() => setHtml(!isHtml)} onRemove={() => setRemoving(removing === null ? selectedWords() : null)} />
          {removing !== null && <RemoveWords ticketId={ticketId} message={message} selected={removing} onDone={() => setRemoving(null)} />}
        </>
      )}
    </section>
  );
}

/** Never the message: marked, and gone with the page. */
function Translated({ text }: { text: string }) {
  return (
    <aside className="translated" data-testid="translated">
      <MachineMark label={t("translate.mark")} />
      <p className="letter-text" dir="auto">{text}</p>
    </aside>
  );
}

function Words({ message, isWhole }: { message: Message; isWhole: boolean }) {
  const { lit } = useLight();
  const pointed = lit?.kind === "words" && lit.messageId === message.id ? [{ start: lit.start, end: lit.end, tag: "lit" }] : [];
  const marks = [...message.orders.map((order) => ({ ...order, tag: "order" })), ...pointed];
  if (isWhole) return <p className="letter-text" dir="auto">{message.text}</p>;
  return (
    <p className="letter-text" dir="auto">
      {segments(message.latest, marks).map((part, i) => (part.tags.length > 0 ? <mark key={i} className={part.tags.includes("lit") ? "lit-words" : "order-words"} title={part.tags.includes("order") ? t("ticket.order") : undefined}>{part.text}</mark> : part.text))}
    </p>
  );
}

/** What a person marked with pointer or keys, wherever on the page. */
const selectedWords = (): string => window.getSelection()?.toString().trim() ?? "";

/** A case imported from elsewhere came without its mail: nobody is named as its recipient. */
const hasOriginal = (message: Message): boolean => message.direction === "inbound" && message.to.length > 0;

interface ToolProps { ticketId: string; message: Message; translation: { isShown: boolean; onPress: () => void } | null; isWhole: boolean; onWhole: () => void; isHtml: boolean; onHtml: () => void; onRemove: () => void }

function Tools({ ticketId, message, translation, isWhole, onWhole, isHtml, onHtml, onRemove }: ToolProps) {
  const { agent } = useSession();
  const mayRemove = agent.role !== "auditor" && agent.role !== "knowledge_owner";
  const hasTools = mayRemove || translation || message.quoted || message.has_html || message.attachments.length > 0 || hasOriginal(message);
  if (!hasTools) return null;
  return (
    <footer className="message-tools">
      {message.quoted && !isHtml && <button type="button" onClick={onWhole}>{t(isWhole ? "ticket.hideQuoted" : "ticket.showQuoted")}</button>}
      {message.has_html && <button type="button" onClick={onHtml}>{t(isHtml ? "ticket.asText" : "ticket.asHtml")}</button>}
      {message.attachments.map((one) => (
        <a key={one.id} href={href(`/attachments/${one.id}`)} download={one.name}><IconPaperclip size={13} aria-hidden />{one.name} <span className="quiet">{size(one.size)}</span></a>
      ))}
      {translation && <button type="button" onClick={translation.onPress}>{t(translation.isShown ? "translate.hide" : "translate.ask")}</button>}
      {hasOriginal(message) && <a className="quiet" href={href(`/messages/${message.id}/raw`)} download={`${message.id}.eml`}>{t("ticket.raw")}</a>}
      {agent.role !== "auditor" && hasOriginal(message) && <SplitOff ticketId={ticketId} messageId={message.id} />}
      {mayRemove && <button type="button" className="quiet" onMouseDown={(event) => event.preventDefault()} onClick={onRemove}>{t("remove.ask")}</button>}
    </footer>
  );
}
