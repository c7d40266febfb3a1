import { IconAlertTriangle, IconCheck, IconHandStop } from "@tabler/icons-react";
import type { Check, Sealed } from "../api/types";
import { t } from "../strings";
import { size } from "../text/time";

/** Passed checks are one folded line; only exceptions unfold. */
export function SealedChecks({ checks }: { checks: Check[] }) {
  const passed = checks.filter((check) => check.state === "ok");
  const others = checks.filter((check) => check.state !== "ok");
  return (
    <div className="checks">
      {others.map((check) => (
        <p key={check.key} className="check" data-state={check.state}>
          {check.state === "block" ? <IconHandStop size={15} aria-hidden /> : <IconAlertTriangle size={15} aria-hidden />}
          <span><b>{check.label}</b> {check.detail}</span>
        </p>
      ))}
      {passed.length > 0 && (
        <details>
          <summary><IconCheck size={14} aria-hidden /> {t("seal.passed", { n: passed.length })}</summary>
          {passed.map((check) => <p key={check.key} className="check"><IconCheck size={14} aria-hidden /><span><b>{check.label}</b> {check.detail}</span></p>)}
        </details>
      )}
    </div>
  );
}

/** What a person changed since the machine wrote it, and the sources that stay in the letter's record. */
export function SealedChanges({ sealed }: { sealed: Sealed }) {
  const isChanged = sealed.changes.some((change) => change.op !== "same");
  return (
    <>
      {sealed.ai.origin !== "agent" && (isChanged ? (
        <details className="changes">
          <summary>{t("seal.changed")}</summary>
          <p className="letter-text">
            {sealed.changes.map((change, i) => change.op === "added" ? <ins key={i}>{change.text}</ins> : change.op === "removed" ? <del key={i}>{change.text}</del> : <span key={i}>{change.text}</span>)}
          </p>
        </details>
      ) : <p className="quiet">{t("seal.unchanged")}</p>)}
      {sealed.citations.length > 0 && <p className="quiet">{t("seal.sources")} {sealed.citations.map((one) => `[${one.citation}] ${one.title}`).join(" · ")}</p>}
    </>
  );
}

export function SealedHeaders({ sealed }: { sealed: Sealed }) {
  return (
    <details>
      <summary>{t("seal.headers", { size: size(sealed.bytes) })}</summary>
      <dl className="headers">
        {sealed.headers.map(([name, value], i) => <div key={i}><dt>{name}</dt><dd>{value}</dd></div>)}
        <div><dt>{t("seal.digest")}</dt><dd>{sealed.digest}</dd></div>
      </dl>
    </details>
  );
}
