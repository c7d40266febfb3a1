import { Button, Checkbox, SegmentedControl, Textarea } from "@mantine/core";
import { IconSignature, IconUsers } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Yes } from "../api/drafts";
import type { Check, Sealed, StatusAfter, TicketPage } from "../api/types";
import { useAction } from "../shell/actions";
import { Key } from "../states/Parts";
import { ProofField, useProof } from "../states/Proof";
import { t } from "../strings";
import { percent, size } from "../text/time";
import { SealedChanges, SealedChecks, SealedHeaders } from "./SealedParts";
import { SendWhen } from "./SendWhen";

interface Props {
  sealed: Sealed; ticket: TicketPage; isSigning: boolean; onBack: () => void;
  onSign: (yes: Yes) => Promise<void>;
}

/** A second click of a double click must not sign what nobody has read. */
const armingMs = 350;

/** Exactly what would leave, byte for byte. Enter and Space sign nothing; a held key does nothing. */
export function SealedView({ sealed, ticket, isSigning, onBack, onSign }: Props) {
  const box = useRef<HTMLElement>(null);
  const [status, setStatus] = useState<StatusAfter>(ticket.remembered_status);
  const [acknowledged, setAcknowledged] = useState<string[]>([]);
  const [notes, setNotes] = useState<Record<string, string>>({});
  const proof = useProof(sealed.confirm);
  const [sendAt, setSendAt] = useState<string | null>(null);
  const [isArmed, setArmed] = useState(false);
  const isExpired = useExpiry(sealed.expires_at);
  const left = useSecondsUntil(sealed.brake === "none" ? null : sealed.earliest_yes);
  const warns = sealed.checks.filter((check) => check.state === "warn");
  const blocks = sealed.checks.filter((check) => check.state === "block");
  const isMet = (check: Check) => acknowledged.includes(check.key) && (check.answer === "tick" || (notes[check.key] ?? "").trim() !== "");
  const maySign = blocks.length === 0 && !isExpired && left === 0 && warns.every(isMet) && proof.isGiven;
  const sign = () => { if (maySign && isArmed) void onSign({ statusAfter: status, acknowledged, notes, sendAt, confirm: proof.confirm }); };

  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "start" });
    const timer = window.setTimeout(() => setArmed(true), armingMs);
    return () => window.clearTimeout(timer);
  }, []);
  useAction("sealed.back", onBack);
  useAction("sealed.sign", sign, maySign && !isSigning);

  return (
    <section className="sealed" ref={box} tabIndex={-1} aria-label={t("seal.title")} data-testid="sealed">
      <h2>{t("seal.title")} <span className="quiet">{sealed.ai.share > 0 ? t("seal.ai", { share: percent(sealed.ai.share) }) : t("seal.noAi")}</span></h2>
      <div className="sealed-scroll" tabIndex={0} role="group" aria-label={t("seal.letter")}>
        <dl className="sealed-head">
          <div><dt>{t("letter.to")}</dt><dd>{sealed.to.join(", ")}</dd></div>
          {sealed.cc.length > 0 && <div><dt>{t("letter.cc")}</dt><dd>{sealed.cc.join(", ")}</dd></div>}
          <div><dt>{t("letter.subject")}</dt><dd><b>{sealed.subject}</b></dd></div>
          <div><dt>{t("letter.from")}</dt><dd>{sealed.from}</dd></div>
          {sealed.attachments.length > 0 && <div><dt>{t("letter.attachments")}</dt><dd>{sealed.attachments.map((one) => `${one.name} (${size(one.size)})`).join(", ")}</dd></div>}
        </dl>
        <div className="sealed-body letter-text" dir="auto" data-testid="sealed-body">{sealed.body}</div>
        <SealedChecks checks={sealed.checks} />
        {warns.map((check) => (
          <div key={check.key} className="acknowledge">
            <Checkbox size="xs" label={t("seal.acknowledge", { label: check.label })} checked={acknowledged.includes(check.key)}
              onChange={(event) => { const isOn = event.currentTarget.checked; setAcknowledged((old) => (isOn ? [...old, check.key] : old.filter((key) => key !== check.key))); }} />
            {check.answer === "note" && (
              <Textarea size="xs" autosize minRows={1} maxRows={4} maxLength={1000} aria-label={t("seal.note", { label: check.label })} placeholder={t("seal.noteHint")}
                value={notes[check.key] ?? ""} onChange={(event) => { const note = event.currentTarget.value; setNotes((old) => ({ ...old, [check.key]: note })); }} />
            )}
          </div>
        ))}
        {sealed.people === "two" && <p className="check"><IconUsers size={15} aria-hidden /><span>{sealed.first ? t("seal.second", { name: sealed.first.by }) : t("seal.first")}</span></p>}
        <ProofField label={t("seal.password")} {...proof.field} />
        <SealedChanges sealed={sealed} />
        <SealedHeaders sealed={sealed} />
      </div>
      <footer className="bar seal-bar">
        <Button variant="default" onClick={onBack} rightSection={<Key action="sealed.back" />}>{t("seal.back")}</Button>
        <div className="seal-status">
          <span className="quiet" id="status-after">{t("seal.then")}</span>
          <SegmentedControl size="xs" aria-labelledby="status-after" value={status} onChange={(value) => setStatus(value as StatusAfter)}
            data={(["solved", "pending", "open"] satisfies StatusAfter[]).map((value) => ({ value, label: t(`status.${value}`) }))} />
        </div>
        <SendWhen utcOffset={ticket.customer.utc_offset ?? null} onChoose={setSendAt} />
        <Button disabled={!maySign || !isArmed} loading={isSigning} leftSection={<IconSignature size={16} />} onClick={sign}
          onKeyDown={(event) => { if (event.repeat) event.preventDefault(); }} rightSection={<Key action="sealed.sign" />}>
          {t(sealed.people === "two" && !sealed.first ? "seal.signFirst" : sendAt ? "seal.signLater" : "seal.sign")}
        </Button>
      </footer>
      {sealed.brake !== "none" && <p className="warning" role="status" data-testid="brake">{t(`brake.${sealed.brake}`)} {left > 0 ? t("brake.left", { n: left }) : t("brake.over")}</p>}
      {isExpired && <p className="warning" role="alert">{t("seal.expired")}</p>}
    </section>
  );
}

/** Whole seconds until then, counted by the second; 0 without a moment to wait for. */
function useSecondsUntil(at: string | null): number {
  const until = useRef(at === null ? 0 : Date.parse(at));
  const [left, setLeft] = useState(() => Math.max(0, Math.ceil((until.current - Date.now()) / 1000)));
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) return;
    const timer = window.setInterval(() => setLeft(Math.max(0, Math.ceil((until.current - Date.now()) / 1000))), 250);
    return () => window.clearInterval(timer);
  }, [isOver]);
  return left;
}

function useExpiry(at: string): boolean {
  const [isExpired, setExpired] = useState(false);
  useEffect(() => {
    const left = Date.parse(at) - Date.now();
    if (!Number.isFinite(left)) return;
    const timer = window.setTimeout(() => setExpired(true), Math.min(Math.max(0, left), 2_000_000_000));
    return () => window.clearTimeout(timer);
  }, [at]);
  return isExpired;
}
