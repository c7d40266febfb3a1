import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { bulksQuery } from "../api/bulk";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";

/** The newest replies to many. */
export function BulksPage() {
  const { data, error, refetch } = useQuery(bulksQuery);
  return (
    <div className="page">
      <header className="page-head"><h1>{t("bulk.list")}</h1></header>
      <p className="quiet">{t("bulk.listLead")}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={4} /> : data.items.length === 0 ? <Empty title={t("bulk.none")} detail={t("bulk.noneDetail")} /> : (
        <ul className="lines">
          {data.items.map((bulk) => (
            <li key={bulk.id}>
              <Link to="/bulk/$bulkId" params={{ bulkId: bulk.id }} className="line">
                <span className="one-line">{bulk.text || t("origin.emptied")}</span>
                <span className="quiet">{bulk.by} · <Ago at={bulk.at} /> · {t(bulk.letters === 1 ? "bulk.title1" : "bulk.title", { n: bulk.letters })} · <b className="bulk-stage" data-stage={bulk.stage}>{t(`bulk.stage.${bulk.stage}`)}</b></span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
