import { Link } from "@tanstack/react-router";
import type { Article } from "../api/types";
import { t } from "../strings";

/** Which solved tickets each line of a drafted text comes from, for the owner to look at before a yes. */
export function LineOrigins({ article }: { article: Article }) {
  if (article.origins.length === 0) return null;
  const lines = article.body.split("\n");
  const numbers = [...new Set(article.origins.map((one) => one.line))];
  return (
    <details className="panel origins" open={article.version_state === "proposed"}>
      <summary>{t("origins.title")}</summary>
      <dl>
        {numbers.map((n) => (
          <div key={n}>
            <dt>{(lines[n - 1] ?? "").replace(/^(> |- |\d+\. )/, "")}</dt>
            <dd>{article.origins.filter((one) => one.line === n).map((one) => <Link key={one.ticket_id} className="link" to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }} title={one.subject}>#{one.number}</Link>)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
