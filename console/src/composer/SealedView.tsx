import { Button, Checkbox, SegmentedControl } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Sealed, StatusAfter, TicketPage } from "../api/types";
import { useAction } from "../shell/actions";
import { Key } from "../states/Parts";
import { t } from "../strings";
import { percent, size } from "../text/time";
import { SealedChanges, SealedChecks, SealedHeaders } from "./SealedParts";

interface Props {
  sealed: Sealed; ticket: TicketPage; isSigning: boolean; onBack: () => void;
  onSign: (statusAfter: StatusAfter, acknowledged: string[]) => Promise<void>;
}

/** A second click of a double click must not sign what nobody has read. */
const armingMs = 350;

/** Exactly what would leave, byte for byte. Enter and Space sign nothing; a held key does nothing. */
export function SealedView({ sealed, ticket, isSigning, onBack, onSign }: Props) {
  const box = useRef<HTMLElement>(null);
  const [status, setStatus] = useState<StatusAfter>(ticket.remembered_status);
  const [acknowledged, setAcknowledged] = useState<string[]>([]);
  const [isArmed, setArmed] = useState(false);
  const isExpired = useExpiry(sealed.expires_at);
  const warns = sealed.checks.filter((check) => check.state === "warn");
  const blocks = sealed.checks.filter((check) => check.state === "block");
  const maySign = blocks.length === 0 && !isExpired && warns.every((check) => acknowledged.includes(check.key));
  const sign = () => { if (maySign && isArmed) void onSign(status, acknowledged); };

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
          <Checkbox key={check.key} size="xs" className="acknowledge" label={t("seal.acknowledge", { label: check.label })} checked={acknowledged.includes(check.key)}
            onChange={(event) => { const isOn = event.currentTarget.checked; setAcknowledged((old) => (isOn ? [...old, check.key] : old.filter((key) => key !== check.key))); }} />
        ))}
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
        <Button disabled={!maySign || !isArmed} loading={isSigning} leftSection={<IconSignature size={16} />} onClick={sign}
          onKeyDown={(event) => { if (event.repeat) event.preventDefault(); }} rightSection={<Key action="sealed.sign" />}>
          {t("seal.sign")}
        </Button>
      </footer>
      {isExpired && <p className="warning" role="alert">{t("seal.expired")}</p>}
    </section>
  );
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
