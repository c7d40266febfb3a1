import { Button, Progress } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { syncSource } from "../api/knowledge";
import { queryClient, useSession } from "../api/queries";
import type { SourceFeed as Feed, SourceLine } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { t, word } from "../strings";

const refresh = (...keys: string[]) => Promise.all(keys.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

/** Where a source is read from, what the last reading did, and the owner's way to have it read now. */
export function SourceFeed({ source, feed }: { source: SourceLine; feed: Feed }) {
  const { agent } = useSession();
  const sync = useMutation({ mutationFn: () => syncSource(source.id), onSuccess: () => refresh("sources"), onError: notifyFailure });
  useFinished(feed.running !== null);
  const maySync = agent.role === "admin" || (agent.id === source.owner_id && agent.role !== "auditor");
  return (
    <div className="source-feed">
      <span className="quiet">{word("fed", feed.fed_by)} <code>{feed.place}</code>{feed.arrival === "approve" && ` · ${t("sources.onArrival")}`}</span>
      <LastReading feed={feed} />
      {feed.running && <Running running={feed.running} />}
      {maySync && <Button size="compact-xs" variant="default" loading={sync.isPending} disabled={feed.running !== null} onClick={() => sync.mutate()}>{t("sources.sync")}</Button>}
    </div>
  );
}

/** When a reading is over, the articles it changed are fetched. */
function useFinished(isRunning: boolean): void {
  const was = useRef(isRunning);
  useEffect(() => {
    if (was.current && !isRunning) void refresh("articles", "article");
    was.current = isRunning;
  }, [isRunning]);
}

function Running({ running }: { running: NonNullable<Feed["running"]> }) {
  const share = running.total > 0 ? (100 * running.done) / running.total : 0;
  return (
    <span role="status">
      {running.total > 0 ? t("sources.running", { done: running.done, total: running.total }) : t("sources.listing")}
      <Progress size="sm" value={share} aria-label={t("sources.progress")} />
    </span>
  );
}

const counted = ["added", "changed", "back", "vanished", "refused"] as const;

function LastReading({ feed }: { feed: Feed }) {
  const { report } = feed;
  if (!report) return <span className="quiet">{t("sources.neverRead")}</span>;
  const said = counted.filter((fate) => report[fate] > 0).map((fate) => `${report[fate]} ${word("fate", fate)}`).join(", ");
  return (
    <>
      <span className="quiet">{t("sources.read")} <Ago at={feed.ended_at} />: {said || t("sources.nothingNew")}{report.commit && ` · ${report.commit.slice(0, 10)}`}</span>
      {report.problem && <p className="warning" role="alert">{report.problem}</p>}
      {report.lines.length > 0 && (
        <details>
          <summary>{t("sources.whatChanged")}</summary>
          <ul className="lines">{report.lines.map((line) => <li key={`${line.fate} ${line.place}`}>{word("fate", line.fate)} <code>{line.place}</code>{line.why && `: ${line.why}`}</li>)}</ul>
        </details>
      )}
    </>
  );
}
