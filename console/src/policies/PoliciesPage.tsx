import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { policiesQuery, useSession } from "../api/queries";
import type { PolicyKind, PolicyLine } from "../api/types";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { day } from "../text/time";
import { mayChange, StandingWord } from "./words";

const kinds: PolicyKind[] = ["operating_model", "risk_rules", "routing", "escalation", "service", "persona", "macro"];

/** What leads wrote down about how cases are worked, and whether somebody still answers for it. */
export function PoliciesPage() {
  const { agent } = useSession();
  const list = useQuery(policiesQuery);
  const groups = kinds.map((kind) => ({ kind, lines: (list.data ?? []).filter((one) => one.kind === kind) })).filter((group) => group.lines.length > 0);
  return (
    <div className="page">
      <header className="page-head"><h1>{t("policies.title")}</h1><Link to="/settings/standing" className="link">{t("standing.title")}</Link></header>
      <p className="quiet">{t("policies.lead")} {!mayChange(agent.role) && t("policies.readOnly")}</p>
      {list.isPending && <Rows count={10} />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && groups.length === 0 && <Empty title={t("policies.none")} detail={t("policies.noneDetail")} />}
      {groups.map(({ kind, lines }) => (
        <section key={kind}>
          <h2>{t(`policyKind.${kind}`)} <span className="quiet">{lines.length}</span></h2>
          <ul className="lines">{lines.map((line) => <li key={line.key}><Line line={line} /></li>)}</ul>
        </section>
      ))}
    </div>
  );
}

function Line({ line }: { line: PolicyLine }) {
  return (
    <Link className="line policy-line" to="/settings/policies/$kind/$key" params={{ kind: line.kind, key: line.key }}>
      <b>{line.name}</b>
      <StandingWord state={line.state} />
      <span className="quiet">{line.owner?.name ?? t("policy.nobody")} · {line.review_by ? t("policy.reviewBy", { day: day(line.review_by) }) : t("policy.noReview")} · {t("policy.version", { n: line.version })}</span>
      {line.why && <span className="quiet policy-why">{line.why}</span>}
    </Link>
  );
}
