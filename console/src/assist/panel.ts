import { useLocalStorage } from "@mantine/hooks";

export type SectionKey = "understanding" | "diagnosis" | "answer" | "customer" | "trail";
export interface Panel {
  isOpen: boolean; width: number; open: SectionKey[];
  toggle: () => void; setWidth: (width: number) => void; flip: (section: SectionKey) => void; show: (section: SectionKey) => void;
}

export const narrowest = 280;
export const widest = 640;

/** How this person likes the panel; only the answer starts open. */
export function usePanel(): Panel {
  const [kept, setKept] = useLocalStorage<{ isOpen: boolean; width: number; open: SectionKey[] }>({
    key: "countersign.panel", defaultValue: { isOpen: true, width: 372, open: ["answer"] }, getInitialValueInEffect: false,
  });
  return {
    ...kept,
    toggle: () => setKept((old) => ({ ...old, isOpen: !old.isOpen })),
    setWidth: (width) => setKept((old) => ({ ...old, width: Math.max(narrowest, Math.min(widest, Math.round(width))) })),
    flip: (section) => setKept((old) => ({ ...old, open: old.open.includes(section) ? old.open.filter((one) => one !== section) : [...old.open, section] })),
    show: (section) => setKept((old) => ({ ...old, isOpen: true, open: old.open.includes(section) ? old.open : [...old.open, section] })),
  };
}
