import { useQuery } from "@tanstack/react-query";
import { sourcesQuery, useSession } from "../api/queries";
import type { SourceLine } from "../api/types";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { SourceFeed } from "./SourceFeed";
import { WaitingTexts } from "./WaitingTexts";

/** Every source at a glance: what may speak, what waits, what is silent. */
export function SourceHealth() {
  const { data, error, refetch } = useQuery(sourcesQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={4} />;
  return (
    <section className="source-health" aria-label={t("sources.title")}>
      <h2>{t("sources.title")}</h2>
      <ul>{data.items.map((source) => <li key={source.key}><Health source={source} /></li>)}</ul>
    </section>
  );
}

const parts = ["current", "due", "proposed", "retired"] as const;

function Health({ source }: { source: SourceLine }) {
  const { agent } = useSession();
  const mayAnswer = agent.role === "admin" || (agent.id === source.owner_id && agent.role !== "auditor");
  const said = parts.filter((part) => source[part] > 0).map((part) => t(`sources.${part}`, { n: source[part] })).join(", ");
  return (
    <div className="health">
      <div><b>{source.name}</b> <span className="quiet">{source.owned ? source.owner : t("sources.nobody")}{source.audience === "internal" && ` · ${t("audience.internal")}`}</span></div>
      <div className="health-bar" role="img" aria-label={said || t("sources.empty")}>
        {parts.map((part) => source[part] > 0 && <span key={part} data-part={part} style={{ flexGrow: source[part] }} />)}
      </div>
      <span className="quiet">{said || t("sources.empty")}</span>
      {source.feed && <SourceFeed source={source} feed={source.feed} />}
      {mayAnswer && <WaitingTexts source={source} />}
    </div>
  );
}
