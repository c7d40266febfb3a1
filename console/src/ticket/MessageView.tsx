import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconChevronRight, IconPaperclip, IconRobotOff, IconRoute } from "@tabler/icons-react";
import { useState } from "react";
import { href } from "../api/http";
import type { Message } from "../api/types";
import { Ago, MachineMark } from "../states/Parts";
import { t, word } from "../strings";
import { segments } from "../text/offsets";
import { moment, size } from "../text/time";
import { HtmlFrame } from "./HtmlFrame";
import { useLight } from "./lit";

interface Props { message: Message; isNewest: boolean; isOpen: boolean; onToggle: () => void }

export function MessageView({ message, isNewest, isOpen, onToggle }: Props) {
  const [isWhole, setWhole] = useState(false);
  const [isHtml, setHtml] = useState(false);
  const isOut = message.direction === "outbound";
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
        <span className="quiet message-at"><Ago at={message.at} /></span>
      </header>
      {isOpen && (
        <>
          {message.orders.length > 0 && <p className="warning order-note"><IconRobotOff size={14} aria-hidden />{t("ticket.order")}</p>}
          {message.warnings.map((warning) => <p key={warning} className="warning"><IconAlertTriangle size={14} aria-hidden />{warning}</p>)}
          {isHtml ? <HtmlFrame messageId={message.id} /> : <Words message={message} isWhole={isWhole} />}
          <Tools message={message} isWhole={isWhole} onWhole={() => setWhole(!isWhole)} isHtml={isHtml} onHtml={() => setHtml(!isHtml)} />
        </>
      )}
    </section>
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

/** A case imported from elsewhere came without its mail: nobody is named as its recipient. */
const hasOriginal = (message: Message): boolean => message.direction === "inbound" && message.to.length > 0;

interface ToolProps { message: Message; isWhole: boolean; onWhole: () => void; isHtml: boolean; onHtml: () => void }

function Tools({ message, isWhole, onWhole, isHtml, onHtml }: ToolProps) {
  const hasTools = message.quoted || message.has_html || message.attachments.length > 0 || hasOriginal(message);
  if (!hasTools) return null;
  return (
    <footer className="message-tools">
      {message.quoted && !isHtml && <button type="button" onClick={onWhole}>{t(isWhole ? "ticket.hideQuoted" : "ticket.showQuoted")}</button>}
      {message.has_html && <button type="button" onClick={onHtml}>{t(isHtml ? "ticket.asText" : "ticket.asHtml")}</button>}
      {message.attachments.map((one) => (
        <a key={one.id} href={href(`/attachments/${one.id}`)} download={one.name}><IconPaperclip size={13} aria-hidden />{one.name} <span className="quiet">{size(one.size)}</span></a>
      ))}
      {hasOriginal(message) && <a className="quiet" href={href(`/messages/${message.id}/raw`)} download={`${message.id}.eml`}>{t("ticket.raw")}</a>}
    </footer>
  );
}
