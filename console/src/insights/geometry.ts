// Where things stand in a chart: numbers in, numbers out. Nothing here knows the page.

export interface Box { width: number; height: number; left: number; right: number; top: number; bottom: number }
export type Scale = (value: number) => number;

/** Maps values onto a stretch of pixels; a stretch of no length maps everything to its beginning. */
export const scale = (from: [number, number], to: [number, number]): Scale => (value) =>
  from[1] === from[0] ? to[0] : to[0] + ((value - from[0]) / (from[1] - from[0])) * (to[1] - to[0]);

export const across = (box: Box, from: [number, number]): Scale => scale(from, [box.left, box.width - box.right]);
export const upwards = (box: Box, from: [number, number]): Scale => scale(from, [box.height - box.bottom, box.top]);

/** Radius of a mark that stands for `n` of at most `most`: its area is what grows. */
export const radius = (n: number, most: number, largest = 9): number => (n <= 0 ? 0 : Math.max(2.5, largest * Math.sqrt(n / Math.max(1, most))));

/**
 * Where the share of right ones among `n` falls 95 times in 100, if each is right with this probability
 * (normal approximation of the binomial, cut at 0 and 1).
 */
export function band(probability: number, n: number): [number, number] {
  const half = n > 0 ? 1.96 * Math.sqrt((probability * (1 - probability)) / n) : 1;
  return [Math.max(0, probability - half), Math.min(1, probability + half)];
}

export interface BinMark { x: number; y: number; r: number; low: number; high: number; n: number; mean: number; share: number; isOutside: boolean }

/** Marks of the bins that hold anything: at the mean of what was said, as high as the share that was right. */
export function binMarks(bins: { n: number; mean: number | null; right: number }[], x: Scale, y: Scale): BinMark[] {
  const most = Math.max(...bins.map((bin) => bin.n), 1);
  return bins.flatMap(({ n, mean, right }) => {
    if (n === 0 || mean === null) return [];
    const share = right / n;
    const [low, high] = band(mean, n);
    return [{ x: x(mean), y: y(share), r: radius(n, most), low: y(low), high: y(high), n, mean, share, isOutside: share < low || share > high }];
  });
}

/** An SVG path through points; gaps (null) interrupt it. */
export function path(points: ({ x: number; y: number } | null)[]): string {
  let isDown = false;
  return points.map((point) => {
    if (!point) { isDown = false; return ""; }
    const step = `${isDown ? "L" : "M"}${round(point.x)} ${round(point.y)}`;
    isDown = true;
    return step;
  }).filter(Boolean).join("");
}

export const round = (value: number): number => Math.round(value * 10) / 10;

/** The lower end of an axis for shares that lie high: a tenth below the lowest, never above 0.8. */
export const lowEnd = (shares: number[]): number => Math.max(0, Math.min(0.8, Math.floor((Math.min(...shares, 1) - 0.05) * 10) / 10));

/** About five whole steps from 0 that reach `most`. */
export function wholeTicks(most: number): number[] {
  const step = Math.max(1, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((one) => most / one <= 5) ?? Math.ceil(most / 5));
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** Shares from `low` to 1 that make good ticks: quarters of a whole axis, else tenths. */
export const shareTicks = (low: number): number[] => (low === 0 ? [0, 0.25, 0.5, 0.75, 1] : Array.from({ length: Math.round((1 - low) * 10) + 1 }, (_, i) => Math.round((low + i / 10) * 10) / 10));
