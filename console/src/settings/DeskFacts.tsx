import { useQuery } from "@tanstack/react-query";
import { statusQuery } from "../api/queries";
import { t, word } from "../strings";

/** How the desk itself is doing: search, model, jobs, mailboxes. */
export function DeskFacts() {
  const { data } = useQuery(statusQuery);
  if (!data) return null;
  const { desk, jobs, index, mailboxes } = data;
  return (
    <section>
      <h2>{t("settings.desk")}</h2>
      <dl className="facts">
        <div><dt>{t("settings.version")}</dt><dd>Countersign {desk.version}, {desk.name}</dd></div>
        <div><dt>{t("settings.search")}</dt><dd>{word("embedding", desk.embedding.state)} {desk.embedding.state === "missing" && desk.embedding.detail} {t("settings.index", { passages: index.passages, vectors: index.vectors })}</dd></div>
        <div><dt>{t("settings.model")}</dt><dd>{[desk.model.name, t(`model.${desk.model.state}`)].filter(Boolean).join(": ")}</dd></div>
        <div><dt>{t("settings.jobs")}</dt><dd>{t("settings.jobCounts", { waiting: jobs.waiting, running: jobs.running, failed: jobs.failed })}</dd></div>
        {mailboxes.map((box) => <div key={box.address}><dt>{box.address}</dt><dd>{word("mailbox", box.state)}{box.detail && `: ${box.detail}`}</dd></div>)}
      </dl>
    </section>
  );
}
