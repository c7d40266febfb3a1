import { Button, Progress } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { modelsQuery, queryClient, trainingQuery, useSession } from "../api/queries";
import { promoteModel, startTraining } from "../api/triage";
import type { ModelLine, Training } from "../api/types";
import { Confirm } from "../states/Confirm";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { percent } from "../text/time";

const refresh = () => Promise.all(["models", "training", "calibration"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

/** What sorts now, what could, and how each compared. */
export function Models() {
  const { agent } = useSession();
  const mayTrain = agent.role === "lead" || agent.role === "admin";
  return <section><h2>{t("models.title")}</h2>{mayTrain ? <Versions /> : <p className="quiet">{t("models.leadsOnly")}</p>}</section>;
}

function Versions() {
  const list = useQuery(modelsQuery);
  const training = useQuery(trainingQuery).data ?? null;
  const begin = useMutation({ mutationFn: startTraining, onSuccess: refresh, onError: notifyFailure });
  useFinished(training);
  const isBusy = training?.state === "waiting" || training?.state === "running";
  const running = list.data?.find((one) => one.state === "running");
  return (
    <>
      <p className="quiet">{running?.metrics ? t("models.running", { examples: running.examples, corrections: running.corrections, accuracy: percent(running.metrics.accuracy), coverage: percent(running.metrics.coverage), ece: running.metrics.ece.toFixed(3) }) : t("models.lead")}</p>
      <div className="bar retrain">
        <Button variant="default" loading={begin.isPending} disabled={isBusy} onClick={() => begin.mutate()}>{t("models.retrain")}</Button>
        {training && <Step training={training} />}
      </div>
      {list.isPending && <Rows count={2} />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && list.data.length === 0 && <Empty title={t("models.none")} detail={t("models.noneDetail")} />}
      {list.data && list.data.length > 0 && <Table models={list.data} />}
    </>
  );
}

/** When a training is over, what it made is fetched. */
function useFinished(training: Training | null): void {
  const was = useRef(training?.state);
  useEffect(() => {
    if (was.current && was.current !== "failed" && !training) void refresh();
    was.current = training?.state;
  }, [training]);
}

function Step({ training }: { training: Training }) {
  if (training.state === "failed") return <p className="warning" role="alert">{t("models.failed", { why: training.step })}</p>;
  return (
    <span className="training" role="status">
      {training.state === "waiting" ? t("models.waiting") : word("training", training.step)}
      {training.total > 0 && <Progress size="sm" value={(100 * training.done) / training.total} aria-label={t("models.progress")} />}
    </span>
  );
}

function Table({ models }: { models: ModelLine[] }) {
  const columns = (["model", "state", "examples", "corrections", "accuracy", "compared"] as const).map((name) => t(`column.${name}`));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t("models.title")}>
      <table className="table models" data-testid="models">
        <thead><tr>{columns.map((one) => <th key={one}>{one}</th>)}<th><span className="unseen">{t("ticket.more")}</span></th></tr></thead>
        <tbody>{models.map((model) => <Version key={model.id} model={model} />)}</tbody>
      </table>
    </div>
  );
}

const comparison = { worse: "models.worse", not_worse: "models.notWorse", too_few: "models.tooFew" } as const;

function Version({ model }: { model: ModelLine }) {
  const promote = useMutation({ mutationFn: () => promoteModel(model.id), onSuccess: () => { notify(t("models.chosen")); return refresh(); }, onError: notifyFailure });
  const { compared, metrics } = model;
  const isUndecided = model.state === "refused" && compared?.verdict === "too_few";
  const choice = model.state === "retired" ? "models.goBack" : isUndecided ? "models.use" : null;
  return (
    <tr data-state={model.state}>
      <td><Ago at={model.trained_at} /> <code title={t("models.fingerprint")}>{model.fingerprint.slice(0, 8)}</code></td>
      <td>{model.state === "running" ? <b>{t("model.state.running")}</b> : t(`model.state.${model.state}`)}<span className="quiet model-why">{model.why}</span></td>
      <td className="number">{model.examples}</td>
      <td className="number">{model.corrections}</td>
      <td className="number">{metrics ? percent(metrics.accuracy) : "–"}</td>
      <td>{compared ? t(comparison[compared.verdict], { running: percent(compared.running), candidate: percent(compared.candidate), n: compared.n }) : "–"}</td>
      <td>{choice && <Confirm label={t(choice)} question={t("models.sure")} isBusy={promote.isPending} onYes={() => promote.mutate()} />}</td>
    </tr>
  );
}
