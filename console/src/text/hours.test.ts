import { expect, test } from "vitest";
import { nextMorning } from "./hours";

test.each([
  // Saturday evening in UTC: Monday nine o'clock.
  ["2026-11-21T20:00:00Z", 0, "2026-11-23T09:00:00.000Z"],
  // Monday 08:59 and 09:00.
  ["2026-11-23T08:59:00Z", 0, "2026-11-23T09:00:00.000Z"],
  ["2026-11-23T09:00:00Z", 0, "2026-11-24T09:00:00.000Z"],
  // Auckland (+13:00): Sunday in UTC is Monday morning there already.
  ["2026-11-22T19:30:00Z", 780, "2026-11-22T20:00:00.000Z"],
  // São Paulo (-03:00) and Kathmandu (+05:45).
  ["2026-11-24T01:00:00Z", -180, "2026-11-24T12:00:00.000Z"],
  ["2026-11-24T01:00:00Z", 345, "2026-11-24T03:15:00.000Z"],
])("the morning after %s on a clock %i minutes ahead", (now, offset, expected) => {
  expect(nextMorning(new Date(now), offset).toISOString()).toBe(expected);
});
