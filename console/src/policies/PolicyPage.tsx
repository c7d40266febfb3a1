import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { IconArrowLeft } from "@tabler/icons-react";
import { policyQuery, useSession } from "../api/queries";
import type { Policy, PolicyKind } from "../api/types";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { day } from "../text/time";
import { GateNote, RollBack } from "./GateNote";
import { OpenTickets } from "./OpenTickets";
import { PolicyForm } from "./PolicyForm";
import { TextEditor } from "./TextEditor";
import { Versions } from "./Versions";
import { mayChange, StandingWord } from "./words";

export function PolicyRoute() {
  const { kind, key } = useParams({ from: "/shell/settings/policies/$kind/$key" });
  const { data, error, refetch } = useQuery(policyQuery(kind as PolicyKind, key));
  return (
    <div className="page wide">
      <Link to="/settings/policies" className="back"><IconArrowLeft size={14} aria-hidden /> {t("policies.title")}</Link>
      {data ? <PolicyView key={`${data.kind} ${data.key}`} policy={data} /> : error ? <Failure error={error} onRetry={() => void refetch()} /> : <Rows count={6} height={60} />}
    </div>
  );
}

function PolicyView({ policy }: { policy: Policy }) {
  const { agent } = useSession();
  return (
    <>
      <header className="page-head"><h1>{t(`policyKind.${policy.kind}`)}: {policy.name}</h1><StandingWord state={policy.state} /></header>
      <p className="quiet">{policy.owner?.name ?? t("policy.nobody")} · {policy.review_by ? t("policy.reviewBy", { day: day(policy.review_by) }) : t("policy.noReview")} · {t("policy.version", { n: policy.version })}</p>
      {policy.why && <p className={policy.state === "lapsed" ? "warning" : "quiet"}>{policy.why}</p>}
      {policy.ceiling && <p>{policy.ceiling}</p>}
      {mayChange(agent.role) && (policy.kind === "routing" || policy.kind === "risk_rules") && <OpenTickets policy={policy} />}
      {mayChange(agent.role) && <GateNote policy={policy} />}
      {mayChange(agent.role)
        ? <PolicyForm key={policy.version} policy={policy} />
        : <><p className="quiet">{t("policies.readOnly")}</p><TextEditor label={t("policy.text")} text={policy.body} problems={[]} isReadOnly onChange={() => undefined} /></>}
      <Versions policy={policy} />
      {mayChange(agent.role) && policy.versions.length > 1 && <RollBack policy={policy} />}
    </>
  );
}
