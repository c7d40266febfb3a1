import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "../api/queries";
import { reviewSummaryQuery, settleReview } from "../api/reviews";
import type { ReviewDispute, ReviewSummary as Summary, ReviewVerdict } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { percent } from "../text/time";

/** For leads: what reviewers see differently, how far they agree, and what they found. */
export function ReviewSummary() {
  const { data, error, refetch } = useQuery(reviewSummaryQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={3} height={40} />;
  return (
    <>
      <section data-testid="review-disputes">
        <h2>{t("reviews.disputes")}</h2>
        {data.disputes.length === 0 && <p className="quiet">{t("reviews.noDisputes")}</p>}
        {data.disputes.map((one) => <Dispute key={one.id} dispute={one} />)}
      </section>
      <Agreement lines={data.agreement} />
      {data.grader && <Grader grader={data.grader} />}
      <Categories lines={data.categories} />
    </>
  );
}

function Dispute({ dispute }: { dispute: ReviewDispute }) {
  const [reason, setReason] = useState("");
  const settle = useMutation({
    mutationFn: (verdict: ReviewVerdict) => settleReview(dispute.id, verdict, reason),
    onSuccess: () => { notify(t("reviews.settled")); void queryClient.invalidateQueries({ queryKey: ["reviews"] }); },
    onError: notifyFailure,
  });
  return (
    <article className="panel" data-testid="review-dispute">
      <p><Link className="link" to="/tickets/$ticketId" params={{ ticketId: dispute.ticket_id }}>#{dispute.ticket_number}</Link> <span className="quiet">{dispute.category}</span></p>
      <p className="review-words">{dispute.text}</p>
      <div className="sides">
        {dispute.reviews.map((one, i) => (
          <div key={i}>
            <p><b>{one.by}</b> · {t(`reviews.verdict.${one.verdict}`)} · <span className="quiet"><Ago at={one.at} /></span></p>
            <p className="quiet">{t("reviews.ask.would_send")} {t(`reviews.send.${one.would_send}`)}{one.severity && <> · {t(`evals.severity.${one.severity}`)}</>}{one.failure && <> · {t(`failure.${one.failure}`)}</>}</p>
            {one.note && <blockquote>{one.note}</blockquote>}
          </div>
        ))}
      </div>
      <div className="attention-do">
        <TextInput size="sm" aria-label={t("reviews.reason")} placeholder={t("reviews.reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        {(["holds", "fails"] as const).map((verdict) => <Button key={verdict} size="sm" variant="default" disabled={!reason.trim() || settle.isPending} onClick={() => settle.mutate(verdict)}>{t(`reviews.settle.${verdict}`)}</Button>)}
      </div>
    </article>
  );
}

function Agreement({ lines }: { lines: Summary["agreement"] }) {
  return (
    <section>
      <h2>{t("reviews.agreement")}</h2>
      <p className="quiet">{t("reviews.kappa")}</p>
      <div className="table-scroll"><table className="table review-table" data-testid="review-agreement">
        <thead><tr><th scope="col">{t("reviews.question")}</th><th scope="col" className="number">{t("reviews.pairs")}</th><th scope="col" className="number">{t("reviews.same")}</th><th scope="col" className="number">κ</th></tr></thead>
        <tbody>{lines.map((one) => (
          <tr key={one.question}>
            <th scope="row">{t(`reviews.ask.${one.question}`)}</th>
            <td className="number">{one.pairs}</td>
            <td className="number">{one.same === null || one.low === null || one.high === null ? "–" : `${percent(one.same / one.pairs)} (${percent(one.low)}–${percent(one.high)})`}</td>
            <td className="number">{one.kappa === null ? <span className="quiet">{t(one.state === "alike" ? "reviews.alike" : "reviews.tooFew")}</span> : one.kappa.toFixed(2)}</td>
          </tr>
        ))}</tbody>
      </table></div>
    </section>
  );
}

/** The model that reads graded statements of eval cases: its word counts for what it agrees with people. */
function Grader({ grader }: { grader: NonNullable<Summary["grader"]> }) {
  const { kappa, low, high } = grader;
  return (
    <section data-testid="review-grader">
      <h2>{t("reviews.grader")}</h2>
      <p>
        {t(`reviews.grader.${grader.standing}`, { model: grader.model, n: grader.drafts })}
        {kappa !== null && low !== null && high !== null && <> κ {kappa.toFixed(2)} ({low.toFixed(2)}–{high.toFixed(2)}).</>}
        {grader.at && <> <span className="quiet">{t("reviews.graderUnsure", { n: grader.unsure })} <Ago at={grader.at} /></span></>}
      </p>
      <p className="quiet">{t("reviews.graderLead")} <code>countersign eval grader</code></p>
    </section>
  );
}

function Categories({ lines }: { lines: Summary["categories"] }) {
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>{t("reviews.found")}</h2>
      <div className="table-scroll"><table className="table review-table" data-testid="review-categories">
        <thead><tr><th scope="col">{t("reviews.category")}</th><th scope="col" className="number">{t("reviews.reviewed")}</th><th scope="col" className="number">{t("reviews.failed")}</th><th scope="col" className="number">{t("reviews.severe")}</th><th scope="col">{t("reviews.last")}</th></tr></thead>
        <tbody>{lines.map((one) => <tr key={one.category}><th scope="row">{one.category || "–"}</th><td className="number">{one.reviewed}</td><td className="number">{one.failed}</td><td className="number">{one.severe}</td><td><Ago at={one.last_at} /></td></tr>)}</tbody>
      </table></div>
    </section>
  );
}
