import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { macrosQuery } from "../api/queries";
import type { OfferedMacro } from "../api/types";
import { Failure } from "../states/States";
import { t } from "../strings";
import { matching } from "../text/choices";

interface Props { ticketId: string; onTake: (text: string) => void; onLeave: () => void }

/** Approved wording for this ticket: type to filter, Enter inserts, Escape leaves. What cannot be inserted says why. */
export function MacroPicker({ ticketId, onTake, onLeave }: Props) {
  const { data, error, refetch } = useQuery(macrosQuery(ticketId));
  const box = useRef<HTMLElement>(null);
  return (
    <section ref={box} className="picker" aria-label={t("macros.pick")} data-testid="macro-picker"
      onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); onLeave(); } }}
      onBlur={(event) => { if (event.relatedTarget && !box.current?.contains(event.relatedTarget)) onLeave(); }}>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Offered macros={data?.items ?? []} isPending={!data} onTake={onTake} />}
    </section>
  );
}

function Offered({ macros, isPending, onTake }: { macros: OfferedMacro[]; isPending: boolean; onTake: (text: string) => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const shown = matching(macros.map((one) => ({ value: one.article_id, label: one.title, hint: one.why ?? one.text ?? "", isOff: one.text === null })), typed);
  const place = Math.min(at, shown.length - 1);
  const take = (value: string | undefined) => { const text = macros.find((one) => one.article_id === value)?.text; if (text) onTake(text); };
  useEffect(() => { list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }); }, [place]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 && event.key !== "Enter") return;
    event.preventDefault();
    if (step !== 0 && shown.length > 0) setAt((place + step + shown.length) % shown.length);
    else if (event.key === "Enter" && !event.repeat) take(shown[place]?.value);
  };
  return (
    <>
      <input className="picker-input" autoFocus role="combobox" aria-expanded aria-controls={id} aria-autocomplete="list" aria-label={t("macros.pick")} placeholder={t("macros.pick")}
        aria-activedescendant={shown[place] ? `${id}-${place}` : undefined} value={typed} onChange={(event) => { setTyped(event.currentTarget.value); setAt(0); }} onKeyDown={onKeyDown} autoComplete="off" spellCheck={false} />
      <ul ref={list} id={id} role="listbox" aria-label={t("macros.title")} className="picker-list">
        {shown.map((choice, i) => (
          <li key={choice.value} id={`${id}-${i}`} role="option" aria-selected={i === place} aria-disabled={choice.isOff || undefined} onMouseMove={() => i !== place && setAt(i)} onMouseDown={(event) => event.preventDefault()} onClick={() => take(choice.value)}>
            <span>{choice.label}</span><span className="quiet">{choice.hint}</span>
          </li>
        ))}
      </ul>
      {!isPending && shown.length === 0 && <p className="quiet picker-none" role="status">{t("macros.none")}</p>}
    </>
  );
}
