import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDesk, wouldLeaveQuery } from "../api/queries";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";

/** What a model would be given if a draft were asked for now, and what stands behind its placeholders. Nothing is sent. */
export function WouldLeave({ ticketId }: { ticketId: string }) {
  const desk = useDesk();
  const [isShown, setShown] = useState(false);
  if (desk.model.state === "off") return null;
  return (
    <div>
      <Button variant="default" size="compact-sm" onClick={() => setShown(!isShown)} aria-expanded={isShown}>{t("leave.show")}</Button>
      {isShown && <Shown ticketId={ticketId} />}
    </div>
  );
}

function Shown({ ticketId }: { ticketId: string }) {
  const { data, error, refetch } = useQuery(wouldLeaveQuery(ticketId));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={4} />;
  return (
    <div className="exchange" data-testid="would-leave">
      <p className="quiet">{data.endpoint}{data.region && ` · ${data.region}`} · {word("hiding", data.hiding)} · {t("exchange.hidden", { n: data.hidden.length })}</p>
      <h3>{t("leave.text")}</h3><pre tabIndex={0}>{data.user}</pre>
      {data.hidden.length > 0 && (
        <>
          <h3>{t("leave.stays")}</h3>
          <dl className="plan">{data.hidden.map((one) => <div key={one.placeholder}><dt>{one.placeholder}</dt><dd>{one.value} <span className="quiet">{word("kind", one.class)}</span></dd></div>)}</dl>
        </>
      )}
      <h3>{t("leave.system")}</h3><pre tabIndex={0}>{data.system}</pre>
    </div>
  );
}
