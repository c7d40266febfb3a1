import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconArrowRight, IconDownload } from "@tabler/icons-react";
import type { Calibration } from "../api/types";
import { t } from "../strings";
import { csv } from "./csv";
import { saveCsv } from "./download";

/** Which categories people put right, and into what, with the tickets. */
export function Confusions({ pairs }: { pairs: Calibration["confusions"] }) {
  const rows = pairs.map((pair) => [pair.from.name, pair.to.name, pair.n]);
  return (
    <section className="figure">
      <div className="page-head"><h2>{t("confusions.title")}</h2>
        {pairs.length > 0 && <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconDownload size={13} aria-hidden />} onClick={() => saveCsv("confusions", csv([t("column.said"), t("column.meant"), t("column.n")], rows))} aria-label={t("figure.csv", { title: t("confusions.title") })}>CSV</Button>}
      </div>
      {pairs.length === 0 && <p className="quiet">{t("confusions.none")}</p>}
      <ul className="confusions" data-testid="confusions">
        {pairs.map((pair) => (
          <li key={`${pair.from.key} ${pair.to.key}`}>
            <span>{pair.from.name} <IconArrowRight size={13} aria-label={t("more.to")} /> <b>{pair.to.name}</b> <span className="quiet">{t(pair.n === 1 ? "confusions.once" : "confusions.times", { n: pair.n })}</span></span>
            <span>{pair.tickets.map((ticket) => <Link key={ticket.id} to="/tickets/$ticketId" params={{ ticketId: ticket.id }} title={ticket.subject}>#{ticket.number}</Link>)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
