import { Button } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import type { More, VerdictControl } from "../assist/verdict";
import { Key } from "../states/Parts";
import { t } from "../strings";

/** Open tickets nobody touched that would now be sorted like the one just corrected. */
export function MoreLikeThis({ more, verdict }: { more: More; verdict: VerdictControl }) {
  const box = useRef<HTMLElement>(null);
  const chosen = more.lines.length - more.out.length;
  useEffect(() => { box.current?.querySelector("input")?.focus({ preventScroll: true }); }, [more.verdictId]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return verdict.forget();
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const rows = [...(box.current?.querySelectorAll("input") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLInputElement);
    if (step === 0 || at < 0) return;
    event.preventDefault();
    rows[(at + step + rows.length) % rows.length]?.focus();
  };
  return (
    <section ref={box} className="picker" aria-label={t("more.label")} data-testid="more" onKeyDown={onKeyDown}>
      <h2>{t(more.lines.length === 1 ? "more.title1" : "more.title", { n: more.lines.length })} <span className="quiet">{t("more.untouched")}</span></h2>
      <ul className="picker-list followers">
        {more.lines.map((line) => (
          <li key={line.ticket_id} data-out={more.out.includes(line.ticket_id) || undefined}>
            <label>
              <input type="checkbox" data-follower={line.ticket_id} checked={!more.out.includes(line.ticket_id)} onChange={() => verdict.leaveOut(line.ticket_id)} />
              <span className="follower-what"><b>#{line.number}</b> {line.subject} <span className="quiet">{line.requester}</span></span>
              <span className="follower-where"><span className="quiet">{line.from?.name ?? t("more.unsorted")}</span> <IconArrowRight size={13} aria-label={t("more.to")} /> {line.to.name}</span>
            </label>
          </li>
        ))}
      </ul>
      <div className="bar">
        <Button onClick={verdict.follow} disabled={chosen === 0} rightSection={<Key action="suggestion.more" />}>{t(chosen === 1 ? "more.apply1" : "more.apply", { n: chosen })}</Button>
        <Button variant="subtle" color="gray" onClick={verdict.forget}>{t("more.not")}</Button>
        <span className="quiet"><Key action="suggestion.leaveOut" /> {t("more.leaveOut")}</span>
      </div>
    </section>
  );
}
