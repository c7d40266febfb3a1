import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { departuresQuery } from "../api/queries";
import type { Departure } from "../api/types";
import { More } from "../states/More";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { size } from "../text/time";

/** Every request that left for a language model, newest first. */
export function DeparturesPage() {
  const list = useInfiniteQuery(departuresQuery);
  const lines = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page wide">
      <header className="page-head"><h1>{t("left.title")}</h1></header>
      <p className="quiet page-lead">{t("left.lead")}</p>
      {list.isPending && <Rows />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && lines.length === 0 && <Empty title={t("left.empty")} detail={t("left.emptyDetail")} />}
      {lines.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="group" aria-label={t("left.title")}>
          <table className="table">
            <thead><tr><th>{t("record.at")}</th><th>{t("left.ticket")}</th><th>{t("left.endpoint")}</th><th>{t("left.purpose")}</th><th>{t("left.hiding")}</th><th>{t("left.hidden")}</th><th>{t("left.size")}</th><th>{t("left.state")}</th></tr></thead>
            <tbody>{lines.map((line) => <Line key={line.id} line={line} />)}</tbody>
          </table>
        </div>
      )}
      <More has={list.hasNextPage} isBusy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </div>
  );
}

function Line({ line }: { line: Departure }) {
  return (
    <tr>
      <td><Ago at={line.at} /></td>
      <td><Link to="/tickets/$ticketId" params={{ ticketId: line.ticket_id }}>#{line.number}</Link></td>
      <td>{line.endpoint}{line.region && <span className="quiet"> {line.region}</span>}</td>
      <td>{word("purpose", line.purpose)}</td>
      <td>{word("hiding", line.hiding)}</td>
      <td className="number">{line.hidden}</td>
      <td className="number">{line.bytes > 0 ? size(line.bytes) : t("left.emptied")}</td>
      <td>{t(`exchange.${line.state}`)}</td>
    </tr>
  );
}
