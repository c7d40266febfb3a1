import { Link } from "@tanstack/react-router";
import { IconArrowRight } from "@tabler/icons-react";
import { useDesk } from "../api/queries";
import type { DryRun, Placement } from "../api/types";
import { t, word } from "../strings";

/** Which past tickets a candidate text would have moved, before anybody saves it. */
export function DryRunTable({ run }: { run: DryRun }) {
  const desk = useDesk();
  const queue = (key: string) => desk.queues.find((one) => one.key === key)?.name ?? key;
  const parts: [keyof Placement, (value: string) => string][] = [["queue", queue], ["model", (value) => word("model", value)], ["writing", (value) => word("writing", value)]];
  return (
    <section data-testid="dry-run" role="status">
      <p><b>{t(run.moved.length === 0 ? "dryRun.none" : "dryRun.moved", { n: run.moved.length, of: run.looked_at })}</b></p>
      {run.moved.length > 0 && (
        <div className="table-scroll dry-run" tabIndex={0} role="group" aria-label={t("dryRun.title")}>
          <table className="table moved">
            <thead><tr><th>{t("dryRun.ticket")}</th><th>{t("field.queue")}</th><th>{t("dryRun.model")}</th><th>{t("dryRun.writing")}</th></tr></thead>
            <tbody>
              {run.moved.map((one) => (
                <tr key={one.ticket_id}>
                  <td><Link to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }}>#{one.number}</Link> {one.subject}</td>
                  {parts.map(([part, name]) => <td key={part}>{one.was[part] === one.would[part] ? <span className="quiet">{name(one.was[part])}</span> : <>{name(one.was[part])} <IconArrowRight size={12} aria-label={t("more.to")} /> <b>{name(one.would[part])}</b></>}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
