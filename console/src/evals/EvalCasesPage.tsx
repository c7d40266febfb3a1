import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { approveEvalCase, challengeEvalCase, evalCaseQuery, evalCasesQuery, retireEvalCase } from "../api/evals";
import { queryClient, useSession } from "../api/queries";
import type { EvalCase, EvalCaseState } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { Challenges, Company } from "./CaseCompany";

const states: EvalCaseState[] = ["proposed", "approved", "retired"];

/** Cases taken from tickets, by where they are; one is open to be read and checked. */
export function EvalCasesPage() {
  const { state = "proposed", open, suite } = useSearch({ from: "/shell/eval-cases" });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(evalCasesQuery(state));
  const show = (next: { state?: EvalCaseState; open?: string | undefined; suite?: string | undefined }) => void navigate({ to: "/eval-cases", search: { suite, ...next } });
  const products = suitesOf(data?.items ?? [], suite);
  const shown = data?.items.filter((one) => suite === undefined || (one.suite ?? "") === (suite === desk ? "" : suite));
  return (
    <div className="page" data-testid="eval-cases">
      <header className="page-head"><h1>{t("evals.title")}</h1><Link className="link" to="/coverage">{t("coverage.link")}</Link><Link className="link" to="/gates">{t("gates.title")}</Link><p className="quiet">{t("evals.lead")}</p></header>
      <div className="bar" role="group" aria-label={t("evals.states")}>
        {states.map((one) => <Button key={one} size="compact-sm" variant={one === state ? "filled" : "default"} aria-pressed={one === state} onClick={() => show({ state: one })}>{t(`evals.state.${one}`)}</Button>)}
      </div>
      {products.length > 0 && (
        <div className="bar" role="group" aria-label={t("evals.suites")}>
          {[undefined, desk, ...products].map((one) => <Button key={one ?? ""} size="compact-sm" variant={one === suite ? "filled" : "default"} aria-pressed={one === suite} onClick={() => show({ state, suite: one })}>{one === undefined ? t("evals.suite.all") : one === desk ? t("evals.suite.desk") : one}</Button>)}
        </div>
      )}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Rows count={4} />}
      {shown?.length === 0 && !open && <Empty title={t("evals.none")} detail={t("evals.noneDetail")} />}
      <ul className="lines">
        {shown?.map((one) => (
          <li key={one.id}>
            <button type="button" className="line" aria-expanded={one.id === open} onClick={() => show({ state, open: one.id === open ? undefined : one.id })}>
              <span className="one-line">{one.title}</span>
              <span className="quiet">#{one.ticket_number} · {t(`evals.severity.${one.severity}`)} · {t(`failure.${one.failure}`)}{one.sentiment && <> · {t(`evals.sentiment.${one.sentiment}`)}</>}{one.suite && <> · <b>{one.suite}</b></>} · <Ago at={one.proposed_at} /> · {one.proposed_by ?? t("evals.byMachine")}{one.tickets > 1 && <> · <b>{t("evals.tickets", { n: one.tickets })}</b></>}</span>
            </button>
          </li>
        ))}
      </ul>
      {open && <OpenCase key={open} id={open} onDone={() => show({ state })} />}
    </div>
  );
}

/** Names the suite of this desk in the address; no product is called so. */
const desk = ".";

/** Products that some case tests, and the chosen one. */
function suitesOf(cases: readonly { suite: string | null }[], chosen: string | undefined): string[] {
  const named = [...cases.map((one) => one.suite), chosen === desk ? null : chosen];
  return [...new Set(named.filter((one): one is string => Boolean(one)))].sort();
}

function OpenCase({ id, onDone }: { id: string; onDone: () => void }) {
  const { data, error, refetch } = useQuery(evalCaseQuery(id));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={6} />;
  return <Checked one={data} onDone={onDone} />;
}

/** The file's text: a person reads it, says what has to come of it, and takes it into the suite or turns it down. */
function Checked({ one, onDone }: { one: EvalCase; onDone: () => void }) {
  const { agent } = useSession();
  const [text, setText] = useState(one.text);
  const [reason, setReason] = useState("");
  const done = (said: string) => {
    notify(said);
    void queryClient.invalidateQueries({ queryKey: ["eval-cases"] });
    queryClient.removeQueries({ queryKey: ["eval-case", one.id] });
    onDone();
  };
  const approve = useMutation({ mutationFn: () => approveEvalCase(one.id, text), onSuccess: () => done(t("evals.approved")), onError: notifyFailure });
  const retire = useMutation({ mutationFn: () => retireEvalCase(one.id, reason), onSuccess: () => done(t("evals.retired")), onError: notifyFailure });
  const doubt = useMutation({ mutationFn: () => challengeEvalCase(one.id, reason), onSuccess: () => done(t("evals.challenged")), onError: notifyFailure });
  const isBusy = approve.isPending || retire.isPending || doubt.isPending;
  const isDoubted = one.challenges.some((challenge) => !challenge.outcome);
  const mayAnswer = agent.role !== "auditor" && one.state !== "retired";
  return (
    <section aria-label={one.title} data-testid="eval-case">
      <h2>{one.title}</h2>
      <p className="quiet"><Link className="link" to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }}>#{one.ticket_number}</Link> · {one.name}.yaml{one.decided_by && <> · {t(`evals.state.${one.state}`)}: {one.decided_by}</>}</p>
      {one.suite && <p className="quiet">{t("evals.ofProduct", { suite: one.suite })}</p>}
      {one.steps.length > 0 && (
        <section aria-label={t("evals.steps")} data-testid="steps">
          <h3>{t("evals.steps")}</h3>
          <ol className="case-steps">{one.steps.map((step, at) => <li key={at}>{step}</li>)}</ol>
        </section>
      )}
      <Company one={one} mayChange={mayAnswer} />
      <Challenges one={one} mayDecide={mayAnswer} />
      <p className="quiet">{t("evals.check")}</p>
      <Textarea label={t("evals.text")} autosize minRows={12} maxRows={30} spellCheck={false} readOnly={!mayAnswer} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      {mayAnswer && (
        <form className="attention-do" onSubmit={(event) => { event.preventDefault(); retire.mutate(); }}>
          <Button disabled={isBusy} loading={approve.isPending} onClick={() => approve.mutate()}>{t(one.state === "approved" ? "evals.save" : "evals.approve")}</Button>
          <TextInput size="sm" aria-label={t("evals.reason")} placeholder={t("evals.reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Button type="submit" variant="default" disabled={isBusy || !reason.trim()} loading={retire.isPending}>{t("evals.retire")}</Button>
          {!isDoubted && <Button variant="default" disabled={isBusy || !reason.trim()} loading={doubt.isPending} onClick={() => doubt.mutate()}>{t("evals.challenge")}</Button>}
        </form>
      )}
    </section>
  );
}
