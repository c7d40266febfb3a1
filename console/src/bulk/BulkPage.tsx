import { Button, Progress } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { IconHandStop } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { bulkQuery, discardBulk, sealBulk, stopBulk } from "../api/bulk";
import { queryClient } from "../api/queries";
import type { BulkReply, SealedBulk } from "../api/types";
import { Confirm } from "../states/Confirm";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { BulkReport } from "./BulkReport";
import { BulkReview } from "./BulkReview";

const route = getRouteApi("/shell/bulk/$bulkId");

export function BulkRoute() {
  const { bulkId } = route.useParams();
  const { data, error, refetch } = useQuery(bulkQuery(bulkId));
  if (error) return <div className="page"><Failure error={error} onRetry={() => void refetch()} /></div>;
  if (!data) return <div className="page"><Rows /></div>;
  return <BulkPage key={bulkId} bulk={data} />;
}

const waits = (bulk: BulkReply) => bulk.letters.filter((letter) => letter.state === "open" || letter.state === "awaits_second").length;

/** One reply to many: what it is, what can be done now, and what became of each letter. */
function BulkPage({ bulk }: { bulk: BulkReply }) {
  const [sealed, setSealed] = useState<SealedBulk | null>(null);
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ["bulk", bulk.id] });
  const seal = useMutation({ mutationFn: () => sealBulk(bulk.id), onSuccess: setSealed, onError: notifyFailure });
  const stop = useMutation({ mutationFn: () => stopBulk(bulk.id), onSuccess: (next) => queryClient.setQueryData(bulkQuery(bulk.id).queryKey, next), onError: notifyFailure });
  const discard = useMutation({ mutationFn: () => discardBulk(bulk.id), onSuccess: refresh, onError: notifyFailure });
  const open = waits(bulk);
  return (
    <div className="page wide">
      <header className="page-head"><h1>{t(bulk.letters.length === 1 ? "bulk.title1" : "bulk.title", { n: bulk.letters.length })}</h1></header>
      <p className="quiet">{t("bulk.by", { name: bulk.by })} <Ago at={bulk.at} /> · <b className="bulk-stage" data-stage={bulk.stage}>{t(`bulk.stage.${bulk.stage}`)}</b>{bulk.stage === "stopped" && bulk.stopped_by && <> · {t("bulk.stoppedBy", { name: bulk.stopped_by })}</>}</p>
      {bulk.people === "two" && <p className="check">{t("bulk.two")}</p>}
      {bulk.stage === "leaving" && <Leaving bulk={bulk} isStopping={stop.isPending} onStop={() => stop.mutate()} />}
      {sealed ? (
        <BulkReview bulk={bulk} sealed={sealed} onBack={() => setSealed(null)} onDone={() => { setSealed(null); refresh(); }} />
      ) : (
        <>
          {open > 0 && (
            <div className="bar">
              <Button loading={seal.isPending} onClick={() => seal.mutate()}>{t(open === 1 ? "bulk.review1" : "bulk.review", { n: open })}</Button>
              <Confirm label={t("bulk.discard")} question={t("bulk.discardAsk", { n: open })} isBusy={discard.isPending} onYes={() => discard.mutate()} />
            </div>
          )}
          {seal.isPending && <p className="quiet" role="status">{t("bulk.sealing")}</p>}
          <BulkReport bulk={bulk} />
        </>
      )}
    </div>
  );
}

/** How far it is, when the next one leaves, and the stop button. */
function Leaving({ bulk, isStopping, onStop }: { bulk: BulkReply; isStopping: boolean; onStop: () => void }) {
  const sent = bulk.letters.filter((letter) => letter.state === "sent").length;
  const ready = bulk.letters.filter((letter) => letter.state === "ready");
  const all = sent + ready.length + bulk.letters.filter((letter) => letter.state === "sending").length;
  const next = ready.map((letter) => Date.parse(letter.at ?? "")).filter(Number.isFinite).sort((a, b) => a - b)[0];
  const [now, setNow] = useState(Date.now());
  useEffect(() => { const timer = window.setInterval(() => setNow(Date.now()), 500); return () => window.clearInterval(timer); }, []);
  const seconds = next ? Math.max(0, Math.ceil((next - now) / 1000)) : 0;
  return (
    <section className="panel leaving" aria-label={t("bulk.stage.leaving")}>
      <div className="bar">
        <p><b role="status">{t("bulk.progress", { sent, all })}</b> <span className="quiet">{seconds > 0 && t("bulk.next", { seconds })}</span></p>
        <Button color="red" loading={isStopping} leftSection={<IconHandStop size={16} />} onClick={onStop}>{t("bulk.stop")}</Button>
      </div>
      <Progress value={all === 0 ? 0 : (100 * sent) / all} aria-label={t("bulk.progress", { sent, all })} />
      <p className="quiet">{t("bulk.pace")}</p>
    </section>
  );
}
