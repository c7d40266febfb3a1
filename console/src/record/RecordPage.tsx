import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconDownload, IconFilter } from "@tabler/icons-react";
import { useState } from "react";
import { href } from "../api/http";
import { auditQuery, useDesk } from "../api/queries";
import type { AuditLine } from "../api/types";
import { More } from "../states/More";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { CheatPanel } from "./CheatPanel";
import { CheckpointPanel } from "./CheckpointPanel";

/** What happened, in an order nobody can quietly rewrite, and the means to check that. */
export function RecordPage() {
  const desk = useDesk();
  const [text, setText] = useState("");
  const [kind] = useDebouncedValue(text.trim(), 300);
  const list = useInfiniteQuery(auditQuery({ kind: kind || undefined }));
  const lines = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page wide">
      <header className="page-head">
        <h1>{t("rail.record")}</h1>
        <Link to="/departures">{t("left.title")}</Link>
        <Button component="a" variant="default" href={href("/audit/export")} download leftSection={<IconDownload size={15} />}>{t("record.export")}</Button>
      </header>
      <CheckpointPanel />
      {desk.demo && <CheatPanel />}
      <div className="page-head"><h2>{t("record.entries")}</h2>
        <TextInput aria-label={t("record.filter")} placeholder={t("record.filter")} leftSection={<IconFilter size={14} />} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      </div>
      {list.isPending && <Rows />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && lines.length === 0 && <Empty title={t("record.empty")} detail={t("record.emptyDetail")} />}
      {lines.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="group" aria-label={t("record.entries")}>
          <table className="table">
            <thead><tr><th>{t("record.seq")}</th><th>{t("record.at")}</th><th>{t("record.kind")}</th><th>{t("record.actor")}</th><th>{t("record.summary")}</th><th>{t("record.proof")}</th></tr></thead>
            <tbody>{lines.map((line) => <Entry key={line.id} line={line} />)}</tbody>
          </table>
        </div>
      )}
      <More has={list.hasNextPage} isBusy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </div>
  );
}

function Entry({ line }: { line: AuditLine }) {
  return (
    <tr>
      <td className="number">{line.seq ?? t("record.unplaced")}</td>
      <td><Ago at={line.at} /></td>
      <td>{line.kind}</td>
      <td>{line.actor.name}{line.actor.kind !== "agent" && <span className="quiet"> {t(`actor.${line.actor.kind}`)}</span>}</td>
      <td>{line.ticket_id ? <Link to="/tickets/$ticketId" params={{ ticketId: line.ticket_id }}>{line.summary}</Link> : line.summary}</td>
      <td>{line.seq !== null && <a href={href(`/audit/entries/${line.seq}/proof`)} download={`entry-${line.seq}.proof.txt`} title={line.hash}>{t("record.proof")}<span className="unseen"> {line.seq}</span></a>}</td>
    </tr>
  );
}
