import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useSession } from "../api/queries";
import type { Field, Priority, Session, TicketPage, Understanding } from "../api/types";
import type { VerdictControl } from "../assist/verdict";
import { t, word } from "../strings";
import { matching, type Choice } from "../text/choices";
import { mayDismiss } from "../text/flags";

interface Props { ticket: TicketPage; understanding: Understanding; verdict: VerdictControl }

const fields: Field[] = ["category", "priority", "queue", "flags"];

/** Correcting by keyboard: type to filter, Enter takes, the arrows left and right change the field, Escape leaves. */
export function FieldPicker({ ticket, understanding, verdict }: Props) {
  const { field, flag } = verdict.picking ?? { field: "category" as Field };
  const session = useSession();
  const box = useRef<HTMLElement>(null);
  useReturnedFocus();
  const leave = () => verdict.pick(null);
  const shown = fields.filter((one) => one !== "flags" || understanding.risk.some((risk) => risk.state === "standing"));
  return (
    <section ref={box} className="picker" aria-label={t("picker.label")} data-testid="picker"
      onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); leave(); } }}
      onBlur={(event) => { if (event.relatedTarget && !box.current?.contains(event.relatedTarget)) leave(); }}>
      <div className="picker-fields" role="group" aria-label={t("picker.fields")}>
        {shown.map((one) => <button key={one} type="button" aria-pressed={one === field} onClick={() => verdict.pick({ field: one })}>{t(`field.${one}`)}</button>)}
        <span className="quiet">{t("picker.how")}</span>
      </div>
      {flag
        ? <Reason flag={flag} onGive={(reason) => verdict.correct({ dismissed: [flag], reason })} />
        : <Choices key={field} field={field} choices={choicesOf(field, ticket, understanding, session)} onField={(step) => verdict.pick({ field: next(shown, field, step) })}
            onTake={(value) => (field === "flags" ? verdict.pick({ field, flag: value }) : verdict.correct(field === "priority" ? { priority: value as Priority } : { [field]: value }))} />}
    </section>
  );
}

const next = (all: Field[], field: Field, step: number): Field => all[(all.indexOf(field) + step + all.length) % all.length] ?? field;

function choicesOf(field: Field, ticket: TicketPage, understanding: Understanding, { desk, agent }: Session): Choice[] {
  if (field === "priority") return (["urgent", "high", "normal", "low"] satisfies Priority[]).map((one) => ({ value: one, label: word("priority", one), ...now(one === ticket.priority) }));
  if (field === "queue") return desk.queues.map((one) => ({ value: one.key, label: one.name, ...now(one.key === ticket.queue) }));
  if (field === "flags") {
    return understanding.risk.filter((risk) => risk.state === "standing").map((risk) => ({
      value: risk.flag, label: t("picker.dismiss", { flag: word("risk", risk.flag) }), isOff: !mayDismiss(risk.flag, agent.role),
      hint: mayDismiss(risk.flag, agent.role) ? `“${risk.quote}”` : t("picker.leadsOnly"),
    }));
  }
  const rank = (key: string) => { const at = understanding.candidates.findIndex((one) => one.key === key); return at < 0 ? understanding.candidates.length : at; };
  return [...desk.categories].sort((a, b) => rank(a.key) - rank(b.key)).map((one) => ({ value: one.key, label: one.name, ...now(one.key === ticket.category?.key) }));
}

const now = (isNow: boolean): { hint?: string } => (isNow ? { hint: t("picker.now") } : {});

interface ChoicesProps { field: Field; choices: Choice[]; onField: (step: number) => void; onTake: (value: string) => void }

function Choices({ field, choices, onField, onTake }: ChoicesProps) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const shown = matching(choices, typed);
  const place = Math.min(at, shown.length - 1);
  const take = (choice: Choice | undefined) => { if (choice && !choice.isOff) onTake(choice.value); };
  useEffect(() => { list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }); }, [place]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const aside = typed !== "" ? 0 : event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0 && aside === 0 && event.key !== "Enter") return;
    event.preventDefault();
    if (step !== 0 && shown.length > 0) setAt((place + step + shown.length) % shown.length);
    else if (aside !== 0) onField(aside);
    else if (event.key === "Enter" && !event.repeat) take(shown[place]);
  };
  return (
    <>
      <input className="picker-input" autoFocus role="combobox" aria-expanded aria-controls={id} aria-autocomplete="list" aria-label={t(`picker.${field}`)} placeholder={t(`picker.${field}`)}
        aria-activedescendant={shown[place] ? `${id}-${place}` : undefined} value={typed} onChange={(event) => { setTyped(event.currentTarget.value); setAt(0); }} onKeyDown={onKeyDown} autoComplete="off" spellCheck={false} />
      <ul ref={list} id={id} role="listbox" aria-label={t(`field.${field}`)} className="picker-list">
        {shown.map((choice, i) => (
          <li key={choice.value} id={`${id}-${i}`} role="option" aria-selected={i === place} aria-disabled={choice.isOff || undefined} onMouseMove={() => i !== place && setAt(i)} onMouseDown={(event) => event.preventDefault()} onClick={() => take(choice)}>
            <span>{choice.label}</span>{choice.hint && <span className="quiet">{choice.hint}</span>}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="quiet picker-none" role="status">{t("picker.none")}</p>}
    </>
  );
}

/** A flag is dismissed with a reason, which stays with the ticket. */
function Reason({ flag, onGive }: { flag: string; onGive: (reason: string) => void }) {
  const [reason, setReason] = useState("");
  return (
    <form className="picker-reason" onSubmit={(event) => { event.preventDefault(); if (reason.trim()) onGive(reason.trim()); }}>
      <input className="picker-input" autoFocus aria-label={t("picker.reason", { flag: word("risk", flag) })} placeholder={t("picker.reason", { flag: word("risk", flag) })} value={reason} maxLength={400} onChange={(event) => setReason(event.currentTarget.value)} />
    </form>
  );
}

/** When the picker closes, the focus is where it was before. */
function useReturnedFocus(): void {
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => { if (before && before !== document.body && before.isConnected) before.focus({ preventScroll: true }); };
  }, []);
}
