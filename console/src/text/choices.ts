export interface Choice { value: string; label: string; hint?: string; isOff?: boolean }

const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Choices in which every typed word occurs; those that begin with what was typed come first, else the order stays. */
export function matching(choices: Choice[], typed: string): Choice[] {
  const whole = folded(typed.trim());
  const words = whole.split(/\s+/);
  const fitting = choices.filter((choice) => { const text = folded(`${choice.label} ${choice.value}`); return words.every((word) => text.includes(word)); });
  const begins = (choice: Choice) => folded(choice.label).startsWith(whole);
  return [...fitting.filter(begins), ...fitting.filter((choice) => !begins(choice))];
}
