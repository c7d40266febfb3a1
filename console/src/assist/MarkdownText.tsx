import type { ReactNode } from "react";
import { blocks, type Block, type Run } from "../text/markdown";

/** Marked stretches, UTF-16 indices into the raw text. */
export type Stretch = [number, number];
interface Props { text: string; marks: Stretch[] }

/** A passage's Markdown shown lightly; marks lie exactly where the raw text says. */
export function MarkdownText({ text, marks }: Props) {
  return <>{blocks(text).map((block, i) => <BlockView key={i} block={block} text={text} marks={marks} />)}</>;
}

function BlockView({ block, text, marks }: Props & { block: Block }) {
  if (block.kind === "table") {
    return (
      <table><tbody>{block.rows.map((row, i) => <tr key={i}>{row.map((cell, j) => <td key={j}><Runs runs={cell} text={text} marks={marks} /></td>)}</tr>)}</tbody></table>
    );
  }
  const runs = <Runs runs={block.runs} text={text} marks={marks} />;
  if (block.kind === "item") return <p className="md-item" style={{ marginLeft: block.depth * 14 }}><span aria-hidden>{block.marker}</span><span>{runs}</span></p>;
  if (block.kind === "code") return <pre>{runs}</pre>;
  return <p>{block.kind === "heading" ? <b>{runs}</b> : runs}</p>;
}

function Runs({ runs, text, marks }: Props & { runs: Run[] }) {
  return <>{runs.map((run) => <Styled key={run.start} run={run}>{cut(run, text, marks)}</Styled>)}</>;
}

function Styled({ run, children }: { run: Run; children: ReactNode }) {
  if (run.style === "bold") return <b>{children}</b>;
  if (run.style === "italic") return <i>{children}</i>;
  return run.style === "code" ? <code>{children}</code> : <>{children}</>;
}

function cut(run: Run, text: string, marks: Stretch[]): ReactNode[] {
  const inside = marks.map(([start, end]) => [Math.max(start, run.start), Math.min(end, run.end)] as const).filter(([start, end]) => end > start);
  const borders = [...new Set([run.start, run.end, ...inside.flat()])].sort((a, b) => a - b);
  return borders.slice(0, -1).map((from, i) => {
    const words = text.slice(from, borders[i + 1]);
    return inside.some(([start, end]) => start <= from && from < end) ? <mark key={from}>{words}</mark> : words;
  });
}
