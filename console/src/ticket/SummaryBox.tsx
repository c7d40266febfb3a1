import type { SummaryLine, TicketPage } from "../api/types";
import { Quoted } from "../assist/Because";
import { MachineMark } from "../states/Parts";
import { t, word } from "../strings";

/** A long ticket in at most five quoted lines; each leads to its message. */
export function SummaryBox({ ticket }: { ticket: TicketPage }) {
  if (ticket.summary.length === 0) return null;
  return (
    <section className="summary machine" aria-label={t("summary.title")} data-testid="summary">
      <h2>{t("summary.title")} <MachineMark label={t("summary.made")} /></h2>
      <dl>{ticket.summary.map((line) => <Line key={`${line.about} ${line.message_id} ${line.start}`} line={line} />)}</dl>
    </section>
  );
}

function Line({ line }: { line: SummaryLine }) {
  return <div><dt>{word("summary", line.about)}</dt><dd><Quoted text={line.quote} messageId={line.message_id} start={line.start} end={line.end} /></dd></div>;
}
