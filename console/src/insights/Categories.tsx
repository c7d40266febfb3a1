import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconDownload } from "@tabler/icons-react";
import type { Calibration } from "../api/types";
import { t } from "../strings";
import { percent } from "../text/time";
import { csv } from "./csv";
import { saveCsv } from "./download";

/** What people said to each category. Unobjected stands apart: silence is no yes. */
export function Categories({ lines }: { lines: Calibration["categories"] }) {
  const columns = (["category", "n", "share", "accepted", "edited", "rejected", "unobjected"] as const).map((name) => t(`column.${name}`));
  const rows = lines.map((line) => [line.name, line.n, line.n === 0 ? null : Math.round((line.right / line.n) * 1000) / 1000, line.accepted, line.edited, line.rejected, line.unobjected]);
  return (
    <section>
      <div className="page-head"><h2>{t("categories.title")}</h2>
        <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconDownload size={13} aria-hidden />} onClick={() => saveCsv("categories", csv(columns, rows))} aria-label={t("figure.csv", { title: t("categories.title") })}>CSV</Button>
      </div>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={t("categories.title")}>
        <table className="table numeric" data-testid="categories">
          <thead><tr>{columns.map((one) => <th key={one}>{one}</th>)}</tr></thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.key}>
                <th scope="row"><Link to="/tickets" search={{ view: "all", q: `category:${line.key}` }}>{line.name}</Link></th>
                <td>{line.n}</td><td>{line.n === 0 ? "–" : percent(line.right / line.n)}</td><td>{line.accepted}</td><td>{line.edited}</td><td>{line.rejected}</td><td className="quiet">{line.unobjected}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
