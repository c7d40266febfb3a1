import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconArrowRight } from "@tabler/icons-react";
import { correctionsQuery, queryClient, useSession } from "../api/queries";
import { undoVerdict } from "../api/triage";
import type { Correction } from "../api/types";
import { Confirm } from "../states/Confirm";
import { More } from "../states/More";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";

/** What people put right; a withdrawn correction teaches nothing any more. */
export function Corrections() {
  const list = useInfiniteQuery(correctionsQuery);
  const lines = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section>
      <h2>{t("corrections.title")}</h2>
      <p className="quiet">{t("corrections.lead")}</p>
      {list.isPending && <Rows count={3} />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && lines.length === 0 && <Empty title={t("corrections.none")} detail={t("corrections.noneDetail")} />}
      <ul className="lines" data-testid="corrections">{lines.map((line) => <Line key={line.verdict_id} line={line} />)}</ul>
      <More has={list.hasNextPage} isBusy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </section>
  );
}

function Line({ line }: { line: Correction }) {
  const { agent } = useSession();
  const withdraw = useMutation({
    mutationFn: () => undoVerdict(line.verdict_id),
    onSuccess: () => { notify(t("corrections.withdrawnNow")); return Promise.all(["corrections", "calibration", "ticket", "tickets"].map((key) => queryClient.invalidateQueries({ queryKey: [key] }))); },
    onError: notifyFailure,
  });
  const may = agent.role === "lead" || agent.role === "admin" || line.by === agent.name;
  return (
    <li className="line with-button" data-state={line.state}>
      <div>
        <span><Link to="/tickets/$ticketId" params={{ ticketId: line.ticket_id }}>#{line.number}</Link> {line.from?.name ?? t("more.unsorted")} <IconArrowRight size={13} aria-label={t("more.to")} /> <b>{line.to.name}</b></span>
        <span className="quiet">{line.by} · <Ago at={line.at} />{line.reason && <> · “{line.reason}”</>}{line.state === "withdrawn" && <> · {t("corrections.withdrawn")}</>}</span>
      </div>
      {line.state === "standing" && may && <Confirm label={t("corrections.withdraw")} question={t("corrections.sure")} isBusy={withdraw.isPending} onYes={() => withdraw.mutate()} />}
    </li>
  );
}
