import type { TicketPage } from "../api/types";
import { t } from "../strings";
import { toIndices } from "../text/offsets";
import { isCitationLit, useLight } from "../ticket/lit";

/** The lit source's words right under the draft, where the panel with the sources is not in sight. */
export function LitSource({ ticket, isPanelOpen }: { ticket: TicketPage; isPanelOpen: boolean }) {
  const { lit } = useLight();
  const { passages, similar } = ticket.answer;
  const found = [
    ...passages.map((one) => ({ citation: one.citation, title: one.title, text: one.text, span: one.spans[0] })),
    ...similar.map((one) => ({ citation: one.citation, title: `#${one.number} ${one.subject}`, text: one.reply, span: one.spans[0] })),
  ].filter((one) => isCitationLit(lit, one.citation));
  if (found.length === 0) return null;
  return (
    <div className="lit-source" data-only-phone={isPanelOpen || undefined}>
      {found.map(({ citation, title, text, span }) => {
        const [from, to] = span ? toIndices(text, span) : [0, 160];
        return <p key={citation}><b>{t("draft.source", { n: citation })}, {title}:</b> “{text.slice(from, to)}”</p>;
      })}
    </div>
  );
}
