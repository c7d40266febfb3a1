import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { TicketLine } from "../api/types";
import { t } from "../strings";
import { toggleChosen, useChosen } from "./chosen";
import { TicketRow } from "./TicketRow";

interface Props { tickets: TicketLine[]; isNarrow: boolean; currentId: string | null; openId: string | null; onEnd: () => void }

/** The undo bar stands over the end of a narrow list; the open ticket's row stays above it. */
const undoHeight = 112;

export function TicketRows({ tickets, isNarrow, currentId, openId, onEnd }: Props) {
  const chosen = useChosen();
  const box = useRef<HTMLDivElement>(null);
  const isPhone = window.matchMedia("(max-width: 760px)").matches;
  const height = isNarrow || isPhone ? 62 : 38;
  const rows = useVirtualizer({ count: tickets.length, getScrollElement: () => box.current, estimateSize: () => height, overscan: 12, scrollPaddingEnd: isNarrow ? undoHeight : 0 });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const at = tickets.findIndex((ticket) => ticket.id === currentId);

  useEffect(() => rows.measure(), [height, rows]);
  useEffect(() => { if (last >= tickets.length - 10) onEnd(); }, [last, tickets.length, onEnd]);
  useEffect(() => {
    if (at < 0) return;
    rows.scrollToIndex(at);
    if (openId) return;
    const frame = requestAnimationFrame(() => box.current?.querySelector<HTMLElement>("[aria-current]")?.focus({ preventScroll: true }));
    return () => cancelAnimationFrame(frame);
  }, [at, openId, rows]);

  return (
    <div ref={box} className="ticket-rows">
      <div role="list" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {shown.map((item) => {
          const ticket = tickets[item.index];
          if (!ticket) return null;
          return (
            <div role="listitem" key={ticket.id} className="ticket-slot" style={{ height, transform: `translateY(${item.start}px)` }}>
              <input type="checkbox" className="row-choose" tabIndex={-1} checked={chosen.has(ticket.id)} onChange={() => toggleChosen(ticket.id)} aria-label={t("chosen.choose", { n: ticket.number })} />
              <TicketRow ticket={ticket} isCurrent={ticket.id === currentId} isNarrow={isNarrow} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
