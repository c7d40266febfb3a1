import { expect, it } from "vitest";
import { difference, placeOfLine } from "./lines";

const shown = (before: string, after: string) => difference(before, after, 1).map((line) => (line ? `${{ same: " ", added: "+", removed: "-" }[line.op]}${line.text}` : "…"));

it("shows what changed with a little around it", () => {
  expect(shown("a\nb\nc\nd\ne", "a\nb\nC\nd\ne\n")).toEqual(["…", " b", "-c", "+C", " d", "…"]);
  expect(shown("", "a\n")).toEqual(["+a"]);
  expect(shown("a\nb\n", "a\nb\n")).toEqual(["…"]);
});

it("finds a line's place, also past the end", () => {
  expect(placeOfLine("ab\ncde\n\nf", 2)).toEqual([3, 6]);
  expect(placeOfLine("ab\ncde", 1)).toEqual([0, 2]);
  expect(placeOfLine("ab\ncde", 99)).toEqual([3, 6]);
  expect(placeOfLine("", 1)).toEqual([0, 0]);
});
