import { IconBan, IconChevronRight } from "@tabler/icons-react";
import type { CSSProperties, ReactNode } from "react";
import type { TicketPage } from "../api/types";
import { triageLink } from "../composer/weakest";
import { t } from "../strings";
import { AnswerSection } from "./AnswerSection";
import { CustomerSection } from "./CustomerSection";
import { DiagnosisSection } from "./DiagnosisSection";
import type { Panel, SectionKey } from "./panel";
import { PanelEdge } from "./PanelEdge";
import { TrailSection } from "./TrailSection";
import { UnderstandingSection } from "./UnderstandingSection";
import type { VerdictControl } from "./verdict";

export function AssistPanel({ ticket, panel, verdict }: { ticket: TicketPage; panel: Panel; verdict: VerdictControl }) {
  const { understanding, answer, customer, trail } = ticket;
  const count = answer.passages.length + answer.similar.length;
  if (!panel.isOpen) return null;
  return (
    <aside className="assist" data-ai={understanding?.ai.use} style={{ "--panel": `${panel.width}px` } as CSSProperties} aria-label={t("panel.label")}>
      <PanelEdge panel={panel} />
      <div className="assist-scroll">
        {understanding?.ai.use === "refused" && <p className="warning assist-refused" role="status"><IconBan size={14} aria-hidden /><span><b>{t("ai.refused")}</b> {understanding.ai.because}</span></p>}
        {understanding && (
          <Section panel={panel} name="understanding" hint={understanding.verdict ? t("understanding.settled") : t(`doubt.${triageLink(understanding).word}`)}>
            <UnderstandingSection ticket={ticket} understanding={understanding} verdict={verdict} />
          </Section>
        )}
        <Section panel={panel} name="diagnosis" hint=""><DiagnosisSection ticketId={ticket.id} /></Section>
        {(count > 0 || answer.plan) && <Section panel={panel} name="answer" hint={t("panel.sources", { n: count })}><AnswerSection ticket={ticket} /></Section>}
        <Section panel={panel} name="customer" hint={customer.organization?.name ?? customer.name}><CustomerSection ticket={ticket} /></Section>
        {trail.length > 0 && <Section panel={panel} name="trail" hint={String(trail.length)}><TrailSection ticket={ticket} /></Section>}
      </div>
    </aside>
  );
}

function Section({ panel, name, hint, children }: { panel: Panel; name: SectionKey; hint: string; children: ReactNode }) {
  const isOpen = panel.open.includes(name);
  return (
    <section className="assist-section">
      <h2>
        <button type="button" aria-expanded={isOpen} onClick={() => panel.flip(name)}>
          <IconChevronRight size={15} aria-hidden />{t(`panel.${name}`)} <span className="quiet">{hint}</span>
        </button>
      </h2>
      {isOpen && <div className="assist-body">{children}</div>}
    </section>
  );
}
