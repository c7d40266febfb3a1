import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { retryQuarantined } from "../api/mail";
import { quarantineQuery, queryClient } from "../api/queries";
import { notify, notifyFailure } from "../states/notice";
import { More } from "../states/More";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { size } from "../text/time";

/** Mail that could not be read safely: kept whole, with the reason. */
export function QuarantinePage() {
  const list = useInfiniteQuery(quarantineQuery);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const retry = useMutation({
    mutationFn: retryQuarantined,
    onSuccess: async () => { notify(t("quarantine.retried")); await queryClient.invalidateQueries({ queryKey: ["quarantine"] }); },
    onError: notifyFailure,
  });
  return (
    <div className="page wide">
      <header className="page-head"><h1>{t("rail.quarantine")}</h1></header>
      <p className="quiet page-lead">{t("quarantine.lead")}</p>
      {list.isPending && <Rows />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <Empty title={t("quarantine.empty")} detail={t("quarantine.emptyDetail")} />}
      <ul className="lines">
        {items.map((item) => (
          <li key={item.id} className="line with-button">
            <div><b>{item.reason}</b><span className="quiet">{item.source} · {size(item.size)} · <Ago at={item.received_at} /></span><code>{item.excerpt}</code></div>
            <Button variant="default" loading={retry.isPending && retry.variables === item.id} onClick={() => retry.mutate(item.id)}>{t("quarantine.retry")}</Button>
          </li>
        ))}
      </ul>
      <More has={list.hasNextPage} isBusy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </div>
  );
}
