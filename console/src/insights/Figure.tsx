import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useRef, type ReactNode } from "react";
import { t } from "../strings";
import { csv, type Cell } from "./csv";
import { saveCsv, saveSvg } from "./download";

interface Props { name: string; title: string; sentence: string; columns: string[]; rows: Cell[][]; children: ReactNode; legend?: ReactNode }

/** A chart with its sentence, its numbers, and both to take away. */
export function Figure({ name, title, sentence, columns, rows, children, legend }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const takeSvg = () => { const svg = box.current?.querySelector("svg"); if (svg) saveSvg(name, svg); };
  return (
    <figure className="figure" aria-label={title}>
      <figcaption>
        <h2>{title}</h2>
        <span className="figure-tools">
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconDownload size={13} aria-hidden />} onClick={takeSvg} aria-label={t("figure.svg", { title })}>SVG</Button>
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconDownload size={13} aria-hidden />} onClick={() => saveCsv(name, csv(columns, rows))} aria-label={t("figure.csv", { title })}>CSV</Button>
        </span>
        <p className="quiet">{sentence}</p>
      </figcaption>
      <div ref={box}>{children}</div>
      {legend && <p className="legend quiet">{legend}</p>}
      <details><summary>{t("figure.numbers")}</summary><NumberTable columns={columns} rows={rows} /></details>
    </figure>
  );
}

function NumberTable({ columns, rows }: { columns: string[]; rows: Cell[][] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t("figure.numbers")}>
      <table className="table numeric">
        <thead><tr>{columns.map((one) => <th key={one}>{one}</th>)}</tr></thead>
        <tbody>{rows.map((row, i) => <tr key={i}>{row.map((cell, j) => <td key={j}>{cell ?? "–"}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}
