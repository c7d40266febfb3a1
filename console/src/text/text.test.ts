import { describe, expect, it } from "vitest";
import type { Sentence } from "../api/types";
import { parseBlock } from "../api/events";
import { segments, toIndices } from "./offsets";
import { savedRuns, sentenceAt, typedRuns } from "./sentences";

const sentence = (text: string, start: number): Sentence => ({ text, start, end: start + [...text].length, citations: [1], changed: null, said_before: false, support: "supported" });

describe("offsets", () => {
  it.each([
    ["plain", [0, 2, 5], [0, 2, 5]],
    ["a😀b😀c", [1, 2, 3, 5], [1, 3, 4, 7]],
    ["unsorted 😀!", [11, 9, 10], [12, 9, 11]],
    ["short", [99], [5]],
  ])("%s", (text, offsets, expected) => {
    expect(toIndices(text, offsets)).toEqual(expected);
  });

  it("cuts overlapping marks and drops reversed ones", () => {
    const cut = segments("abcdef", [{ start: 1, end: 4, tag: "x" }, { start: 3, end: 6, tag: "y" }, { start: 5, end: 2, tag: "z" }]);
    expect(cut).toEqual([
      { text: "a", tags: [] }, { text: "bc", tags: ["x"] }, { text: "d", tags: ["x", "y"] }, { text: "ef", tags: ["y"] },
    ]);
  });
});

describe("sentences", () => {
  const body = "Hi 😀!\n\nTwelve attempts. Then parked.";
  const known = [sentence("Twelve attempts.", 7), sentence("Then parked.", 24)];

  it("places saved sentences by character", () => {
    expect(savedRuns(body, known).map((run) => run.text)).toEqual(["Hi 😀!\n\n", "Twelve attempts.", " ", "Then parked."]);
  });
  it("keeps marks of untouched sentences while typing, and gives the rest to the person", () => {
    const runs = typedRuns("Hello. Twelve tries. Then parked.", known);
    expect(runs).toEqual([{ text: "Hello. Twelve tries. ", sentence: null }, { text: "Then parked.", sentence: 1 }]);
    expect(sentenceAt(runs, 25)).toBe(1);
    expect(sentenceAt(runs, 3)).toBeNull();
  });
  it("always adds up to the whole body", () => {
    for (const text of [body, "", "Then parked.Twelve attempts."]) {
      expect(typedRuns(text, known).map((run) => run.text).join("")).toBe(text);
    }
  });
});

describe("event stream", () => {
  it("reads a block and ignores heartbeats", () => {
    expect(parseBlock(": still here")).toBeNull();
    expect(parseBlock('id: 7\nevent: message_received\ndata: {"seq":7,"kind":"message_received","ticket_id":"t"}')).toEqual({
      id: "7", event: { seq: 7, kind: "message_received", ticket_id: "t" },
    });
    expect(parseBlock("event: progress\ndata: {\"done\":1,\"total\":9}")?.event).toMatchObject({ kind: "progress", done: 1 });
    expect(parseBlock("data: {broken")).toBeNull();
  });
});
