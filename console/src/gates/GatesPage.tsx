import { Button, Progress } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { askModelToo, gatesQuery } from "../api/gates";
import { queryClient, useSession } from "../api/queries";
import type { GateLine, Gates, PolicyKind } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { OpenGate } from "./OpenGate";

/** Changes that eval cases were asked about; one is open to be looked at and decided. */
export function GatesPage() {
  const { open } = useSearch({ from: "/shell/gates" });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(gatesQuery);
  return (
    <div className="page" data-testid="gates">
      <header className="page-head"><h1>{t("gates.title")}</h1><p className="quiet">{t("gates.lead")} <Link className="link" to="/shadow">{t("shadow.title")}</Link></p></header>
      {data && <p className="quiet" data-testid="before-start">{data.before_start.cases === 0 ? t("gates.noCases") : t("gates.beforeStart", { ...data.before_start })} <Link className="link" to="/eval-cases" search={{ state: "approved" }}>{t("evals.title")}</Link></p>}
      {data?.model_unasked && <AskModel asked={data.model_unasked} />}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Rows count={4} />}
      {data?.items.length === 0 && <Empty title={t("gates.none")} detail={t("gates.noneDetail")} />}
      <ul className="lines">
        {data?.items.map((one) => (
          <li key={one.id}>
            <button type="button" className="line" aria-expanded={one.id === open} onClick={() => void navigate({ to: "/gates", search: { open: one.id === open ? undefined : one.id } })}>
              <span className="one-line">{named(one)}: <b>{t(`gates.state.${one.state}`)}</b></span>
              <span className="quiet">{said(one)} · {one.asked_by?.name ?? t("gates.byDesk")} · <Ago at={one.asked_at} /></span>
            </button>
            {one.state === "waiting" && <Progress size="sm" value={(100 * one.done) / Math.max(1, one.cases)} aria-label={t("gates.progress", { done: one.done, cases: one.cases })} />}
            {one.id === open && <OpenGate line={one} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The cases were judged without the model as it is set up now; a lead has them drafted by it too. */
function AskModel({ asked }: { asked: NonNullable<Gates["model_unasked"]> }) {
  const { agent } = useSession();
  const ask = useMutation({
    mutationFn: askModelToo,
    onSuccess: () => { notify(t("gates.modelAsked")); void queryClient.invalidateQueries({ queryKey: ["gates"] }); },
    onError: notifyFailure,
  });
  const mayAsk = agent.role === "lead" || agent.role === "admin";
  return (
    <div className="bar" data-testid="ask-model">
      <span>{t("gates.modelUnasked", { model: asked.model })}</span>
      {mayAsk && <Button size="compact-sm" variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>{t("gates.askModel", { requests: asked.requests, minutes: Math.max(1, Math.ceil(asked.seconds / 60)) })}</Button>}
    </div>
  );
}

const named = (one: GateLine): string => {
  const [kind, key] = one.name.split("/");
  if (one.subject === "program" && one.name === "model") return t("gates.subject.drafted");
  return one.subject === "policy" && key && !one.name.includes(",") ? `${t(`policyKind.${kind as PolicyKind}`)} ${key}` : one.subject === "policy" ? one.name : t(`gates.subject.${one.subject}`);
};

const said = (one: GateLine): string => {
  if (one.state === "waiting") return t("gates.progress", { done: one.done, cases: one.cases });
  return one.judgement ? t(`gates.said.${one.judgement}`, { cases: one.cases, failing: one.failing }) : one.why;
};
