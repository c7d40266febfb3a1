import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ShadowPair, ShadowSide } from "../api/types";
import { Ago } from "../states/Parts";
import { t } from "../strings";
import { percent } from "../text/time";

/** What both drafted for one ticket, side by side with what was sent. */
export function PairView({ pair }: { pair: ShadowPair }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li data-testid="shadow-pair">
      <button type="button" className="line" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="one-line">#{pair.ticket_number} {pair.subject}</span>
        <span className="quiet">{pair.is_severe && <b className="shadow-severe">{t("shadow.severe")} · </b>}{pair.is_generated && <>{t("shadow.isGenerated")} · </>}<Ago at={pair.at} /></span>
      </button>
      {isOpen && (
        <div className="shadow-sides">
          <Side title={t("shadow.present")} side={pair.present} />
          <Side title={t("shadow.candidate")} side={pair.candidate} />
          {pair.sent !== null && <div><h3>{t("shadow.sent")}</h3><p className="shadow-text">{pair.sent}</p></div>}
          <p><Link className="link" to="/tickets/$ticketId" params={{ ticketId: pair.ticket_id }}>#{pair.ticket_number}</Link></p>
        </div>
      )}
    </li>
  );
}

function Side({ title, side }: { title: string; side: ShadowSide }) {
  const facts = [t(`shadow.came.${side.came}`), side.came === "answered" && t("shadow.facts", { carried: side.carried, claims: side.claims, words: side.words, breaches: side.breaches }), side.ms !== null && `${(side.ms / 1000).toFixed(1)} s`, side.tokens !== null && t("shadow.tokens", { n: side.tokens }), side.near !== null && t("shadow.near", { share: percent(side.near) })];
  return (
    <div>
      <h3>{title}</h3>
      <p className="quiet">{facts.filter(Boolean).join(" · ")}</p>
      {side.text && <p className="shadow-text">{side.text}</p>}
    </div>
  );
}
