import { Button, NumberInput, SegmentedControl } from "@mantine/core";
import { IconCheck, IconEye, IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { approveBulk, noteReading } from "../api/bulk";
import { queryClient } from "../api/queries";
import type { BulkReply, SealedBulk, SealedLetter, StatusAfter } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { ProofField, useProof } from "../states/Proof";
import { t } from "../strings";
import { LeftOut } from "./BulkReport";

interface Props { bulk: BulkReply; sealed: SealedBulk; onBack: () => void; onDone: () => void }

/** The server counts letters of the sample that lie at least so far apart; the page asks a little more. */
const readMs = 2200;

/** Every letter as it would leave. Some have to be opened one by one, and their number is typed: no key does it. */
export function BulkReview({ bulk, sealed, onBack, onDone }: Props) {
  const [openId, setOpenId] = useState<string | null>(null);
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const [isReading, setReading] = useState(false);
  const [counted, setCounted] = useState<number | string>("");
  const [status, setStatus] = useState<StatusAfter>("solved");
  const proof = useProof(sealed.confirm);
  const [isBusy, setBusy] = useState(false);
  const left = sealed.sample.filter((id) => !read.has(id)).length;
  const isCounted = !sealed.counted || Number(counted) === sealed.letters.length;
  const maySend = sealed.letters.length > 0 && left === 0 && isCounted && proof.isGiven;

  const open = async (letter: SealedLetter) => {
    setOpenId(letter.draft_id);
    if (!sealed.sample.includes(letter.draft_id) || read.has(letter.draft_id) || isReading) return;
    setReading(true);
    try {
      await noteReading(letter);
      await new Promise((done) => window.setTimeout(done, readMs));
      setRead((old) => new Set([...old, letter.draft_id]));
    } catch (error) {
      notifyFailure(error);
    } finally {
      setReading(false);
    }
  };
  const send = async () => {
    setBusy(true);
    try {
      await proof.confirm();
      const came = await approveBulk(bulk.id, sealed, Number(counted) || 0, status);
      notify(came.awaiting > 0 ? t("bulk.awaiting", { n: came.awaiting }) : t("bulk.leavingNow", { n: came.leaving }));
      if (came.refused[0]) notify(t("bulk.refused", { n: came.refused.length, why: came.refused[0].sentence }));
      for (const key of ["views", "tickets", "tray"]) void queryClient.invalidateQueries({ queryKey: [key] });
      onDone();
    } catch (error) {
      notifyFailure(error);
      setBusy(false);
    }
  };
  const shown = sealed.letters.find((letter) => letter.draft_id === openId);
  return (
    <section className="bulk-review" aria-label={t("bulk.reviewTitle")} data-testid="bulk-review">
      <h2>{t("bulk.reviewTitle")} <span className="quiet">{sealed.sample.length > 0 && t("bulk.readSome", { n: sealed.sample.length })}</span></h2>
      <div className="bulk-letters">
        <ul className="lines" aria-label={t("bulk.letters")}>
          {sealed.letters.map((letter) => (
            <li key={letter.draft_id}>
              <button type="button" className="line bulk-line" aria-current={letter.draft_id === openId ? "page" : undefined} data-sample={sealed.sample.includes(letter.draft_id) || undefined} disabled={isReading && letter.draft_id !== openId} onClick={() => void open(letter)}>
                <span><Mark isSample={sealed.sample.includes(letter.draft_id)} isRead={read.has(letter.draft_id)} /> <b>#{letter.number}</b> {letter.to.join(", ")}</span>
                <span className="quiet one-line">{letter.body}</span>
              </button>
            </li>
          ))}
        </ul>
        {shown ? (
          <article className="paper" aria-label={t("bulk.letterOf", { n: shown.number })}>
            <dl className="sealed-head"><div><dt>{t("letter.to")}</dt><dd>{shown.to.join(", ")}</dd></div><div><dt>{t("letter.subject")}</dt><dd><b>{shown.subject}</b></dd></div></dl>
            <div className="letter-text" dir="auto">{shown.body}</div>
          </article>
        ) : <p className="quiet paper">{t("bulk.openOne")}</p>}
      </div>
      {sealed.alone.length > 0 && <LeftOut title={t("bulk.alone")} tickets={sealed.alone} />}
      <footer className="bar bulk-bar">
        <Button variant="default" onClick={onBack}>{t("seal.back")}</Button>
        <div className="seal-status">
          <span className="quiet" id="bulk-status">{t("bulk.then")}</span>
          <SegmentedControl size="xs" aria-labelledby="bulk-status" value={status} onChange={(value) => setStatus(value as StatusAfter)} data={(["solved", "pending", "open"] satisfies StatusAfter[]).map((value) => ({ value, label: t(`status.${value}`) }))} />
        </div>
        <ProofField label={t("seal.password")} {...proof.field} />
        {sealed.counted && <NumberInput size="xs" hideControls min={0} max={1000} label={t("bulk.count")} value={counted} onChange={setCounted} w={180} />}
        <Button disabled={!maySend} loading={isBusy} leftSection={<IconSignature size={16} />} onClick={() => void send()}>{t(sealed.people === "two" ? "bulk.signTwo" : "bulk.sign", { n: sealed.letters.length })}</Button>
        {left > 0 && <span className="quiet" role="status">{t("bulk.unread", { n: left })}</span>}
      </footer>
    </section>
  );
}

function Mark({ isSample, isRead }: { isSample: boolean; isRead: boolean }) {
  if (!isSample) return null;
  if (isRead) return <IconCheck size={14} className="good" aria-label={t("bulk.read")} />;
  return <IconEye size={14} className="to-read" aria-label={t("bulk.toRead")} />;
}
