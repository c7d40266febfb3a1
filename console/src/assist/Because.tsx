import type { Evidence } from "../api/types";
import { t, word } from "../strings";
import { useLight } from "../ticket/lit";

/** Words for and against, strongest first, each with a mark as long as its weight; then what rules and cases said. */
export function Because({ because: all }: { because: Evidence[] }) {
  const because = eachOnce(all);
  const weighed = because.filter((one) => one.kind === "words" && one.weight !== null).sort((a, b) => Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0));
  const others = because.filter((one) => !weighed.includes(one));
  const most = Math.max(...weighed.map((one) => Math.abs(one.weight ?? 0)), Number.MIN_VALUE);
  if (because.length === 0) return null;
  return (
    <>
      <h3>{t("understanding.because")}</h3>
      {weighed.length > 0 && <ul className="weights">{weighed.map((one, i) => <li key={i}><Weighed evidence={one} share={Math.abs(one.weight ?? 0) / most} /></li>)}</ul>}
      {others.length > 0 && <ul className="because">{others.map((one, i) => <li key={i}><span className="quiet">{word("evidence", one.kind)}</span> {one.start === null ? one.text : <Quoted text={one.text} messageId={one.message_id} start={one.start} end={one.end} isSentence={one.kind === "rule"} />}</li>)}</ul>}
    </>
  );
}

/** A word that counted at several places is one reason; its first place is shown. */
const eachOnce = (all: Evidence[]): Evidence[] => all.filter((one, i) => all.findIndex((other) => other.kind === one.kind && other.text.toLowerCase() === one.text.toLowerCase()) === i);

function Weighed({ evidence, share }: { evidence: Evidence; share: number }) {
  const isFor = (evidence.weight ?? 0) >= 0;
  const label = t(isFor ? "weight.for" : "weight.against");
  return (
    <>
      <span className="weight" data-side={isFor ? "for" : "against"} title={`${label}: ${evidence.weight?.toFixed(2)}`}>
        <span aria-hidden>{isFor ? "+" : "−"}</span><svg width="26" height="7" aria-hidden><rect width={Math.max(2, Math.round(26 * share))} height="7" rx="1" /></svg><span className="unseen">{label}</span>
      </span>
      <Quoted text={evidence.text} messageId={evidence.message_id} start={evidence.start} end={evidence.end} />
    </>
  );
}

interface QuotedProps { text: string; messageId: string | null; start: number | null; end: number | null; isSentence?: boolean }

/** Quoted words light up in the message they come from. */
export function Quoted({ text, messageId, start, end, isSentence = false }: QuotedProps) {
  const { point, keep, kept } = useLight();
  // A rule's reason quotes the mail itself.
  const shown = isSentence ? text : `“${text}”`;
  if (messageId === null || start === null || end === null) return <>{shown}</>;
  const words = { kind: "words" as const, messageId, start, end };
  const isKept = kept?.kind === "words" && kept.messageId === messageId && kept.start === start && kept.end === end;
  return (
    <button type="button" className="quoted" aria-pressed={isKept} onMouseEnter={() => point(words)} onMouseLeave={() => point(null)} onFocus={() => point(words)} onBlur={() => point(null)} onClick={() => keep(isKept ? null : words)}>
      {shown}
    </button>
  );
}
