import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listContradictions } from "../api/knowledge";
import { useSession } from "../api/queries";
import type { Contradiction } from "../api/types";
import { t } from "../strings";

/** Approved articles that say different things about the same: both sentences, side by side. Nothing to show is no box. */
export function Contradictions() {
  const { agent } = useSession();
  const { data } = useQuery({ queryKey: ["articles", "contradictions"], queryFn: listContradictions, enabled: agent.role !== "auditor" });
  const found = data?.items ?? [];
  if (found.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="contradictions" data-testid="contradictions">
      <h2 id="contradictions">{t(found.length === 1 ? "contradictions.title1" : "contradictions.title", { n: found.length })}</h2>
      <p className="quiet">{t("contradictions.lead")}</p>
      <ul className="against">{found.map((one, i) => <li key={i}><Pair one={one} /></li>)}</ul>
    </section>
  );
}

function Pair({ one }: { one: Contradiction }) {
  return (
    <>
      <b className="stale">{t(`difference.${one.difference}`)}</b>
      <div className="sides">
        {[one.left, one.right].map((side, i) => (
          <blockquote key={i}>
            <p>{side.sentence}</p>
            <Link to="/knowledge/$articleId" params={{ articleId: side.article_id }}>{side.title}</Link>
            <span className="quiet">{side.audience === "internal" && ` · ${t("audience.internal")}`} · {t("contradictions.ask", { owner: side.owner })}</span>
          </blockquote>
        ))}
      </div>
    </>
  );
}
