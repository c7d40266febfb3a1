import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { queuesQuery } from "../api/scorecard";
import type { QueueHealth } from "../api/types";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { ago } from "../text/time";

/** How each queue stands now; numbers of tickets open their list. */
export function QueuesNow() {
  const { data, error, refetch } = useQuery(queuesQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={4} height={28} />;
  return (
    <>
      <p className="quiet">{t("queues.lead")}</p>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={t("queues.title")}>
        <table className="table score-table" data-testid="queues-now">
          <thead><tr><th>{t("queues.queue")}</th>{(["open", "unassigned", "late", "oldest", "elsewhere"] as const).map((one) => <th key={one} className="number">{t(`queues.${one}`)}</th>)}<th className="number">{t("queues.flow", { days: data.week_days })}</th><th className="number">{t("queues.back", { days: data.month_days })}</th></tr></thead>
          <tbody>{data.queues.map((queue) => <Row key={queue.key} queue={queue} monthDays={data.month_days} />)}</tbody>
        </table>
      </div>
    </>
  );
}

function Row({ queue, monthDays }: { queue: QueueHealth; monthDays: number }) {
  const back = t("queues.backOf", { n: queue.came_back, whole: queue.ended_lately });
  const only = `queue:${queue.key}`;
  return (
    <tr>
      <th scope="row">{queue.name}</th>
      <td className="number"><Tickets n={queue.open} view="all" q={`is:open ${only}`} label={`${queue.name}: ${t("queues.open")}`} /></td>
      <td className="number"><Tickets n={queue.unassigned} view="unassigned" q={only} label={`${queue.name}: ${t("queues.unassigned")}`} /></td>
      <td className="number"><Tickets n={queue.late} view="inbox" q={only} label={`${queue.name}: ${t("queues.late")}`} warned /></td>
      <td className="number">{queue.oldest ? ago(queue.oldest) : <span className="quiet">{t("queues.nothing")}</span>}</td>
      <td className="number"><Tickets n={queue.elsewhere} view="all" q={`is:waiting ${only}`} label={`${queue.name}: ${t("queues.elsewhere")}`} /></td>
      <td className="number">{t("queues.cameEnded", { came: queue.came, ended: queue.ended })}{queue.came > queue.ended && <span className="score-over"> {t("queues.grows")}</span>}</td>
      <td className="number">{queue.ended_lately === 0 ? <span className="quiet">–</span> : <Link className="link" to="/tickets" search={{ view: "all", q: `is:solved ${only}` }} aria-label={`${queue.name}: ${t("queues.back", { days: monthDays })}: ${back}`}>{back}</Link>}</td>
    </tr>
  );
}

function Tickets({ n, view, q, label, warned = false }: { n: number; view: string; q: string; label: string; warned?: boolean }) {
  if (n === 0) return <span className="quiet">0</span>;
  return <Link className={warned ? "link score-over" : "link"} to="/tickets" search={{ view, q }} aria-label={`${label}: ${n}`}>{n}</Link>;
}
