import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { promoteCandidate, rollBackModel, shadowQuery } from "../api/gates";
import { queryClient, useSession } from "../api/queries";
import type { Shadow } from "../api/types";
import { Confirm } from "../states/Confirm";
import { notify, notifyFailure } from "../states/notice";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { Figures } from "./Figures";
import { PairView } from "./PairView";

/** A candidate model beside the one in use: figures, tickets side by side, and the way to let it take over. */
export function ShadowPage() {
  const { data, error, refetch } = useQuery(shadowQuery);
  if (error) return <div className="page"><Failure error={error} onRetry={() => void refetch()} /></div>;
  return (
    <div className="page wide" data-testid="shadow">
      <header className="page-head"><h1>{t("shadow.title")}</h1><p className="quiet">{t("shadow.lead")} <Link className="link" to="/gates" search={{}}>{t("gates.title")}</Link></p></header>
      {!data ? <Rows count={6} /> : <Compared data={data} />}
    </div>
  );
}

function Compared({ data }: { data: Shadow }) {
  const { agent } = useSession();
  const mayDecide = agent.role === "lead" || agent.role === "admin";
  return (
    <>
      <p className="quiet">{data.candidate && data.present ? t("shadow.both", { present: data.present.name, candidate: data.candidate.name, share: data.share_percent, most: data.requests_a_day }) : t("shadow.noCandidate")}</p>
      {data.generated > 0 && <p className="stale">{t("shadow.generated", { n: data.generated })}</p>}
      {data.pairs === 0 && <Empty title={t("shadow.none")} detail={t("shadow.noneDetail")} />}
      {data.pairs > 0 && (
        <>
          <p data-testid="verdict" className="shadow-verdict" data-verdict={data.verdict}>{t(`shadow.verdict.${data.verdict}`)} <span className="quiet">{t("shadow.pairs", { n: data.pairs })}</span></p>
          <Figures figures={data.figures} />
        </>
      )}
      {mayDecide && data.candidate && <Decide data={data} />}
      {data.items.length > 0 && <h2>{t("shadow.tickets")}</h2>}
      <ul className="lines">{[...data.items].sort((a, b) => Number(b.is_severe) - Number(a.is_severe)).map((pair) => <PairView key={pair.id} pair={pair} />)}</ul>
    </>
  );
}

function Decide({ data }: { data: Shadow }) {
  const [reason, setReason] = useState("");
  const done = async (said: string) => {
    notify(said);
    setReason("");
    await Promise.all(["gates", "shadow"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
  };
  const promote = useMutation({ mutationFn: () => promoteCandidate(reason), onSuccess: () => done(t("shadow.begun")), onError: notifyFailure });
  const back = useMutation({ mutationFn: rollBackModel, onSuccess: () => done(t("shadow.back")), onError: notifyFailure });
  return (
    <form className="attention-do" onSubmit={(event) => { event.preventDefault(); promote.mutate(); }}>
      <p className="quiet">{t("shadow.cost", { ...data.before_start })}</p>
      <TextInput size="sm" aria-label={t("shadow.reason")} placeholder={t("shadow.reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <Button type="submit" disabled={data.verdict === "worse" || !reason.trim()} loading={promote.isPending}>{t("shadow.promote")}</Button>
      {data.present?.took_over && <Confirm label={t("gates.rollBack")} question={t("shadow.backSure")} isBusy={back.isPending} onYes={() => back.mutate()} />}
    </form>
  );
}
