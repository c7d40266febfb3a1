import { describe, expect, it } from "vitest";
import { across, band, binMarks, lowEnd, path, radius, scale, shareTicks, upwards, wholeTicks } from "./geometry";

const box = { width: 200, height: 100, left: 20, right: 10, top: 5, bottom: 15 };

describe("scales", () => {
  it("put both ends on the frame, up means more", () => {
    expect([across(box, [0, 1])(0), across(box, [0, 1])(1)]).toEqual([20, 190]);
    expect([upwards(box, [0, 1])(0), upwards(box, [0, 1])(1)]).toEqual([85, 5]);
    expect(scale([3, 3], [10, 20])(3)).toBe(10);
  });
  it("choose readable ticks", () => {
    expect(wholeTicks(4)).toEqual([0, 1, 2, 3, 4]);
    expect(wholeTicks(37)).toEqual([0, 10, 20, 30]);
    expect(shareTicks(0)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(shareTicks(0.8)).toEqual([0.8, 0.9, 1]);
    expect([lowEnd([]), lowEnd([0.96]), lowEnd([0.62]), lowEnd([0.02])]).toEqual([0.8, 0.8, 0.5, 0]);
  });
});

describe("reliability", () => {
  it("draws only bins that hold something, where they belong", () => {
    const marks = binMarks([{ n: 0, mean: null, right: 0 }, { n: 4, mean: 0.5, right: 2 }, { n: 16, mean: 0.9, right: 4 }], across(box, [0, 1]), upwards(box, [0, 1]));
    expect(marks).toHaveLength(2);
    expect(marks[0]).toMatchObject({ x: 105, y: 45, isOutside: false });
    expect(marks[1]).toMatchObject({ n: 16, share: 0.25, isOutside: true });
    expect(marks[1]!.r / marks[0]!.r).toBeCloseTo(2);
  });
  it("narrows the band with numbers and keeps it inside 0 and 1", () => {
    expect(band(0.5, 100)).toEqual([0.402, 0.598]);
    expect(band(0.95, 4)[1]).toBe(1);
    expect(band(0.5, 0)).toEqual([0, 1]);
    const width = (n: number) => band(0.7, n)[1] - band(0.7, n)[0];
    expect(width(400)).toBeLessThan(width(100));
  });
  it("never draws nothing as something", () => {
    expect(radius(0, 10)).toBe(0);
    expect(radius(1, 10_000)).toBe(2.5);
  });
});

it("interrupts a line where nothing is known", () => {
  expect(path([{ x: 0, y: 1 }, { x: 2.04, y: 3 }, null, { x: 5, y: 6 }])).toBe("M0 1L2 3M5 6");
  expect(path([null])).toBe("");
});
