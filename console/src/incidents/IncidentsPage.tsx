import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { incidentsQuery } from "../api/incidents";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";

/** Incidents with a ticket in the person's queues; what waits for them first. */
export function IncidentsPage() {
  const { data, error, refetch } = useQuery(incidentsQuery);
  return (
    <div className="page">
      <header className="page-head"><h1>{t("incidents.title")}</h1><Link className="link" to="/flags">{t("flags.title")}</Link></header>
      <p className="quiet">{t("incidents.lead")}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={4} /> : data.items.length === 0 ? <Empty title={t("incidents.none")} detail={t("incidents.noneDetail")} /> : (
        <ul className="lines" data-testid="incidents">
          {data.items.map((one) => (
            <li key={one.id}>
              <Link to="/incidents/$incidentId" params={{ incidentId: one.id }} className="line">
                <span className="one-line">{one.title}</span>
                <span className="quiet"><b className="incident-status" data-status={one.status}>{t(`incident.status.${one.status}`)}</b> · {t(one.tickets === 1 ? "incident.tickets1" : "incident.tickets", { n: one.tickets })} · {t("incident.began")} <Ago at={one.began_at} /></span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
