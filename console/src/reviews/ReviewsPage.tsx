import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient, useSession } from "../api/queries";
import { drawReviews, reviewQuery, reviewsQuery } from "../api/reviews";
import type { ReviewTask } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { ReviewForm } from "./ReviewForm";
import { ReviewSummary } from "./ReviewSummary";

/** A second look at texts that somebody else, or the machine, wrote: one after the other, by keys. */
export function ReviewsPage() {
  const { agent } = useSession();
  const leads = agent.role === "lead" || agent.role === "admin";
  const { data, error, refetch } = useQuery(reviewsQuery);
  const [done, setDone] = useState<string[]>([]);
  const waiting = data?.filter((one) => !done.includes(one.id)) ?? [];
  const next = waiting[0];
  return (
    <div className="page wide reviews" data-testid="reviews">
      <header className="page-head"><h1>{t("reviews.title")}</h1>{data && <span className="quiet" role="status">{t("reviews.waiting", { n: waiting.length })}</span>}</header>
      <p className="quiet">{t("reviews.lead")}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={4} height={60} /> : next ? <Next key={next.id} id={next.id} category={next.category} onDone={() => { setDone([...done, next.id]); void queryClient.invalidateQueries({ queryKey: ["reviews"] }); }} /> : <Empty title={t("reviews.none")} detail={t("reviews.noneDetail")} />}
      {leads && <Draw />}
      {leads && <ReviewSummary />}
    </div>
  );
}

function Next({ id, category, onDone }: { id: string; category: string; onDone: () => void }) {
  const { data, error, refetch } = useQuery(reviewQuery(id));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={5} height={60} />;
  return (
    <div className="review">
      <Text task={data} category={category} />
      <ReviewForm id={id} onDone={onDone} />
    </div>
  );
}

function Text({ task, category }: { task: ReviewTask; category: string }) {
  return (
    <div className="review-text">
      <section aria-label={t("reviews.asked")}>
        <h2>{t("reviews.asked")} {category && <span className="quiet">{category}</span>}</h2>
        {task.messages.map((one, i) => <div key={i} className="review-message" data-by={one.by}><p className="quiet">{t(one.by === "requester" ? "reviews.requester" : "reviews.desk")} · <Ago at={one.at} /></p><p className="review-words">{one.text}</p></div>)}
      </section>
      <section aria-label={t("reviews.text")}><h2>{t("reviews.text")}</h2><p className="paper review-words" data-testid="review-words">{task.text}</p></section>
      <section aria-label={t("reviews.sources")}>
        <h2>{t("reviews.sources")}</h2>
        {task.sources.length === 0 && <p className="quiet">{t("reviews.noSources")}</p>}
        {task.sources.map((one, i) => <details key={i} open={i === 0}><summary>{one.title}{one.heading && ` · ${one.heading}`} <span className="quiet">{t(one.kind === "passage" ? "reviews.passage" : "reviews.pastCase")}</span></summary><p className="review-words">{one.text}</p></details>)}
      </section>
    </div>
  );
}

function Draw() {
  const draw = useMutation({
    mutationFn: () => drawReviews(10),
    onSuccess: ({ drawn }) => { notify(t(drawn === 0 ? "reviews.drewNone" : "reviews.drew", { n: drawn })); void queryClient.invalidateQueries({ queryKey: ["reviews"] }); },
    onError: notifyFailure,
  });
  return <div className="bar"><Button size="compact-sm" variant="default" loading={draw.isPending} onClick={() => draw.mutate()}>{t("reviews.draw")}</Button><span className="quiet">{t("reviews.drawLead")}</span></div>;
}
