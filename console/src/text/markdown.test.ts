import { describe, expect, it } from "vitest";
import { blocks, findQuote, inline, type Block } from "./markdown";

const shown = (raw: string, block: Block) => (block.kind === "table" ? block.rows.map((row) => row.map((cell) => cell.map((run) => raw.slice(run.start, run.end)).join(""))) : block.runs.map((run) => raw.slice(run.start, run.end)).join(""));

describe("light Markdown", () => {
  it("leaves marks out and keeps places", () => {
    const raw = "Open **Settings > Billing**, then `Save` or [read on](https://x.example) *soon*.";
    expect(inline(raw, 0, raw.length).map((run) => [run.style, raw.slice(run.start, run.end)])).toEqual([
      ["plain", "Open "], ["bold", "Settings > Billing"], ["plain", ", then "], ["code", "Save"], ["plain", " or "], ["plain", "read on"], ["plain", " "], ["italic", "soon"], ["plain", "."],
    ]);
  });
  it("knows lists, tables, headings, code and wrapped lines", () => {
    const raw = "# Title\nFirst line\nwraps.\n\n1. One\n   goes on\n2. Two\n- dot\n\n| A | B |\n|---|:-:|\n| `x` | two **words** |\n\n```\nlet a = 1;\n\n```";
    const found = blocks(raw);
    expect(found.map((block) => block.kind)).toEqual(["heading", "paragraph", "item", "item", "item", "table", "code"]);
    expect(found.map((block) => shown(raw, block))).toEqual([
      "Title", "First line\nwraps.", "One\n   goes on", "Two", "dot", [["A", "B"], ["x", "two words"]], "let a = 1;\n",
    ]);
    expect(found.flatMap((block) => (block.kind === "item" ? [block.marker] : []))).toEqual(["1.", "2.", "•"]);
  });
  it("shows lone marks as they are", () => {
    const raw = "2 * 3 * 4 and **open";
    expect(blocks(raw).map((block) => shown(raw, block))).toEqual([raw]);
  });
  it("finds a quoted sentence across marks and line ends", () => {
    const raw = "Before.\n\n1. Open **Settings >\n   Billing** now 😀 please.\nAfter.";
    const found = findQuote(raw, "Open Settings > Billing now 😀 please.");
    expect(found && raw.slice(...found)).toBe("Open **Settings >\n   Billing** now 😀 please.");
    expect(findQuote(raw, "Open the door please.")).toBeNull();
    expect(findQuote(raw, "now")).toBeNull();
  });
});
