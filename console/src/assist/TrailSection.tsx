import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { exchangeQuery } from "../api/queries";
import type { TicketPage } from "../api/types";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

/** Who did what, which versions, and what a model was given. */
export function TrailSection({ ticket }: { ticket: TicketPage }) {
  const [isShown, setShown] = useState(false);
  const exchangeId = ticket.answer.draft?.exchange_id ?? null;
  return (
    <>
      {exchangeId === null
        ? <p className="quiet">{t("trail.noModel")}</p>
        : <Button variant="default" onClick={() => setShown(!isShown)} aria-expanded={isShown}>{t("trail.exchange")}</Button>}
      {isShown && exchangeId && <ExchangeView id={exchangeId} />}
      <ol className="trail">
        {ticket.trail.map((line, i) => (
          <li key={i}><span className="quiet"><Ago at={line.at} /></span> <span>{line.text} <span className="quiet">{line.actor}{line.seq !== null && ` · ${t("trail.entry", { n: line.seq })}`}</span></span></li>
        ))}
      </ol>
    </>
  );
}

function ExchangeView({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(exchangeQuery(id));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={4} />;
  return (
    <div className="exchange">
      <p className="quiet">{data.endpoint} · {t(`exchange.${data.state}`)}{data.ms !== null && ` · ${data.ms} ms`} · {t("exchange.hidden", { n: data.hidden })}</p>
      {data.detail && <p className="warning">{data.detail}</p>}
      <h3>{t("exchange.request")}</h3><pre tabIndex={0}>{data.request}</pre>
      {data.response !== null && <><h3>{t("exchange.response")}</h3><pre className="machine" tabIndex={0}>{data.response}</pre></>}
    </div>
  );
}
