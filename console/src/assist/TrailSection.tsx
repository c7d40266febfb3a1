import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { exchangeQuery } from "../api/queries";
import type { TicketPage } from "../api/types";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { WouldLeave } from "./WouldLeave";

/** Who did what, which versions, and what a model was given. */
export function TrailSection({ ticket }: { ticket: TicketPage }) {
  return (
    <>
      <WouldLeave ticketId={ticket.id} />
      {ticket.trail.every((line) => line.exchange_id === null) && <p className="quiet">{t("trail.noModel")}</p>}
      <ol className="trail">
        {ticket.trail.map((line, i) => (
          <li key={i}>
            <span className="quiet"><Ago at={line.at} /></span> <span>{line.text} <span className="quiet">{line.actor}{line.seq !== null && ` · ${t("trail.entry", { n: line.seq })}`}</span></span>
            {line.exchange_id !== null && <ExchangeOpener id={line.exchange_id} />}
          </li>
        ))}
      </ol>
    </>
  );
}

/** Every exchange opens where it happened, the refused and failed ones as well. */
function ExchangeOpener({ id }: { id: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <div>
      <Button variant="default" size="compact-sm" onClick={() => setShown(!isShown)} aria-expanded={isShown}>{t("trail.exchange")}</Button>
      {isShown && <ExchangeView id={id} />}
    </div>
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
