import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { joinEvalCase, keepEvalCase, partEvalCase } from "../api/evals";
import { queryClient } from "../api/queries";
import type { EvalCase } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { t } from "../strings";

const again = (said: string) => () => {
  notify(said);
  void queryClient.invalidateQueries({ queryKey: ["eval-cases"] });
  void queryClient.invalidateQueries({ queryKey: ["eval-case"] });
};

/** Cases that ask the same: those it stands for, the one that stands for it, and those that may be one with it. */
export function Company({ one, mayChange }: { one: EvalCase; mayChange: boolean }) {
  const part = useMutation({ mutationFn: partEvalCase, onSuccess: again(t("evals.parted")), onError: notifyFailure });
  const join = useMutation({ mutationFn: (into: string) => joinEvalCase(one.id, into), onSuccess: again(t("evals.joined")), onError: notifyFailure });
  const mayJoin = mayChange && one.state === "proposed" && !one.joined_to;
  return (
    <>
      {one.joined_to && (
        <p className="stale">{t("evals.behind")} <Link className="link" to="/eval-cases" search={{ open: one.joined_to }}>{t("evals.behindOpen")}</Link> {mayChange && <Button size="compact-xs" variant="default" loading={part.isPending} onClick={() => part.mutate(one.id)}>{t("evals.part")}</Button>}</p>
      )}
      {one.joined.length > 0 && (
        <section aria-label={t("evals.standsFor", { n: one.joined.length + 1 })} data-testid="joined">
          <h3>{t("evals.standsFor", { n: one.joined.length + 1 })}</h3>
          <ul className="case-company">{one.joined.map((other) => (
            <li key={other.id}><Link className="link" to="/tickets/$ticketId" params={{ ticketId: other.ticket_id }}>#{other.ticket_number}</Link> <span className="one-line">{other.title}</span>{mayChange && <Button size="compact-xs" variant="default" disabled={part.isPending} aria-label={t("evals.partOf", { n: other.ticket_number })} onClick={() => part.mutate(other.id)}>{t("evals.part")}</Button>}</li>
          ))}</ul>
        </section>
      )}
      {one.alike.length > 0 && (
        <section aria-label={t("evals.alike")}>
          <h3>{t("evals.alike")}</h3>
          <ul className="case-company">{one.alike.slice(0, 5).map((other) => (
            <li key={other.id}><Link className="link one-line" to="/eval-cases" search={{ open: other.id }}>{other.title}</Link>{mayJoin && <Button size="compact-xs" variant="default" disabled={join.isPending} onClick={() => join.mutate(other.id)}>{t("evals.join")}</Button>}</li>
          ))}</ul>
        </section>
      )}
    </>
  );
}

/** Doubts about a case; another person decides the open one. */
export function Challenges({ one, mayDecide }: { one: EvalCase; mayDecide: boolean }) {
  const keep = useMutation({ mutationFn: () => keepEvalCase(one.id), onSuccess: again(t("evals.keptSaid")), onError: notifyFailure });
  if (one.challenges.length === 0) return null;
  return (
    <ul className="case-company" aria-label={t("evals.challenges")} data-testid="challenges">{one.challenges.map((challenge) => (
      <li key={challenge.at}><span><b>{t(challenge.outcome ? `evals.outcome.${challenge.outcome as "kept" | "retired"}` : "evals.doubted", { by: challenge.decided_by ?? challenge.by })}</b> “{challenge.reason}” <span className="quiet">{challenge.by}, <Ago at={challenge.at} /></span></span>{mayDecide && !challenge.outcome && <Button size="compact-xs" variant="default" loading={keep.isPending} onClick={() => keep.mutate()}>{t("evals.keep")}</Button>}</li>
    ))}</ul>
  );
}
