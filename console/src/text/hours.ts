/** Milliseconds of a day. */
const dayMs = 86_400_000;
/** When a working day begins, in hours. */
const morning = 9;

/** The next weekday's nine o'clock on a clock that is `offset` minutes ahead of UTC. */
export function nextMorning(now: Date, offset: number): Date {
  // A clock `offset` ahead, read through the UTC getters.
  const shifted = new Date(now.getTime() + offset * 60_000);
  let at = Date.UTC(shifted.getUTCFullYear(), shifted.getUTCMonth(), shifted.getUTCDate(), morning);
  while (at <= shifted.getTime() || [0, 6].includes(new Date(at).getUTCDay())) at += dayMs;
  return new Date(at - offset * 60_000);
}

/** Minutes this browser's clock is ahead of UTC at an instant. */
export const ownOffset = (at: Date): number => -at.getTimezoneOffset();
