// The one keymap. Keys are written as the browser names them (`event.key`), so they follow the
// person's layout: "Mod+" is Ctrl or Cmd, "Shift+" only stands before letters, "g i" is a sequence.
// Deliberately absent: Alt (types characters on German and French keyboards) and Space.
import type { StringKey } from "./strings";

export type Scope = "everywhere" | "list" | "ticket" | "sealed";
export interface Action { id: string; key: string; label: StringKey; scope: Scope }

export const actions = [
  { id: "palette.open", key: "Mod+k", label: "key.palette", scope: "everywhere" },
  { id: "keys.show", key: "?", label: "key.keys", scope: "everywhere" },
  { id: "search.open", key: "/", label: "key.search", scope: "everywhere" },
  { id: "undo", key: "z", label: "key.undo", scope: "everywhere" },
  { id: "go.inbox", key: "g i", label: "key.goInbox", scope: "everywhere" },
  { id: "go.knowledge", key: "g k", label: "key.goKnowledge", scope: "everywhere" },
  { id: "go.tray", key: "g t", label: "key.goTray", scope: "everywhere" },
  { id: "go.record", key: "g r", label: "key.goRecord", scope: "everywhere" },
  { id: "go.quarantine", key: "g q", label: "key.goQuarantine", scope: "everywhere" },
  { id: "go.insights", key: "g n", label: "key.goInsights", scope: "everywhere" },
  { id: "go.policies", key: "g p", label: "key.goPolicies", scope: "everywhere" },
  { id: "go.tasks", key: "g w", label: "key.goTasks", scope: "everywhere" },
  { id: "go.incidents", key: "g o", label: "key.goIncidents", scope: "everywhere" },
  { id: "go.evals", key: "g e", label: "key.goEvals", scope: "everywhere" },
  { id: "go.reviews", key: "g v", label: "key.goReviews", scope: "everywhere" },
  { id: "go.gates", key: "g a", label: "key.goGates", scope: "everywhere" },
  { id: "go.settings", key: "g s", label: "key.goSettings", scope: "everywhere" },
  { id: "theme.switch", key: "g d", label: "key.theme", scope: "everywhere" },
  { id: "list.next", key: "j", label: "key.next", scope: "list" },
  { id: "list.previous", key: "k", label: "key.previous", scope: "list" },
  { id: "list.open", key: "Enter", label: "key.open", scope: "list" },
  { id: "list.choose", key: "v", label: "key.choose", scope: "list" },
  { id: "ticket.back", key: "u", label: "key.back", scope: "ticket" },
  { id: "ticket.solve", key: "e", label: "key.solve", scope: "ticket" },
  { id: "ticket.takeOver", key: "m", label: "key.takeOver", scope: "ticket" },
  { id: "ticket.priority", key: "p", label: "key.priority", scope: "ticket" },
  { id: "ticket.escalate", key: "!", label: "key.escalate", scope: "ticket" },
  { id: "ticket.snooze", key: "l", label: "key.snooze", scope: "ticket" },
  { id: "ticket.follow", key: "f", label: "key.follow", scope: "ticket" },
  { id: "ticket.transfer", key: "Shift+m", label: "key.transfer", scope: "ticket" },
  { id: "ticket.merge", key: "Shift+j", label: "key.merge", scope: "ticket" },
  { id: "ticket.evalCase", key: "Shift+e", label: "key.evalCase", scope: "ticket" },
  { id: "ticket.note", key: "n", label: "key.note", scope: "ticket" },
  { id: "draft.edit", key: "r", label: "key.edit", scope: "ticket" },
  { id: "draft.macro", key: "Mod+m", label: "key.macro", scope: "ticket" },
  { id: "draft.rewrite", key: "Mod+i", label: "key.rewrite", scope: "ticket" },
  { id: "draft.ask", key: "a", label: "key.ask", scope: "ticket" },
  { id: "draft.reject", key: "d", label: "key.reject", scope: "ticket" },
  { id: "draft.unsupported", key: ".", label: "key.unsupported", scope: "ticket" },
  { id: "draft.seal", key: "Mod+Enter", label: "key.seal", scope: "ticket" },
  { id: "suggestion.accept", key: "y", label: "key.accept", scope: "ticket" },
  { id: "suggestion.correct", key: "c", label: "key.correct", scope: "ticket" },
  { id: "suggestion.more", key: "Shift+y", label: "key.more", scope: "ticket" },
  { id: "suggestion.leaveOut", key: "x", label: "key.leaveOut", scope: "ticket" },
  { id: "panel.why", key: "w", label: "key.why", scope: "ticket" },
  { id: "panel.sources", key: "s", label: "key.sources", scope: "ticket" },
  { id: "panel.toggle", key: "h", label: "key.panel", scope: "ticket" },
  { id: "panel.diagnosis", key: "t", label: "key.diagnosis", scope: "ticket" },
  { id: "incident.answer", key: "b", label: "key.answerAll", scope: "list" },
  { id: "incident.confirm", key: "o", label: "key.confirmIncident", scope: "list" },
  { id: "sealed.sign", key: "Shift+s", label: "key.sign", scope: "sealed" },
  { id: "sealed.back", key: "Escape", label: "key.sealedBack", scope: "sealed" },
] as const satisfies readonly Action[];

export type ActionId = (typeof actions)[number]["id"];
export type Keymap = Record<ActionId, string>;

export const defaultKeymap: Keymap = Object.fromEntries(actions.map((action) => [action.id, action.key])) as Keymap;

/** Keys that reach the page while a field has the focus: only those held with Ctrl or Cmd, and Escape. */
export const firesInFields = (key: string): boolean => key.startsWith("Mod+") || key === "Escape";

/** The name of a pressed key in the form used above; null for a lone modifier or anything with Alt. */
export function pressedKey(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): string | null {
  if (["Shift", "Control", "Meta", "Alt", "AltGraph", "Dead", "Process"].includes(event.key)) return null;
  const isMod = event.ctrlKey || event.metaKey;
  // AltGr arrives as Ctrl+Alt and types a character ("@" on German keyboards): it is that character, not a command.
  if (event.altKey && !(isMod && event.key.length === 1)) return null;
  if (event.altKey) return event.key;
  const isLetter = event.key.length === 1 && event.key.toLowerCase() !== event.key.toUpperCase();
  const name = isLetter ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (isLetter || event.key.length > 1) ? "Shift+" : "";
  return (isMod ? "Mod+" : "") + shift + name;
}

/** Scopes whose keys are heard together; the sealed view silences lists and ticket. */
const heardTogether: Scope[][] = [["everywhere", "list", "ticket"], ["everywhere", "sealed"]];

/** Pairs of actions one key press could mean. A sequence conflicts with a single key that is its beginning. */
export function conflicts(map: Keymap): [ActionId, ActionId][] {
  const found = new Map<string, [ActionId, ActionId]>();
  for (const scopes of heardTogether) {
    const heard = actions.filter((action) => scopes.includes(action.scope));
    for (const a of heard) {
      for (const b of heard) {
        if (a.id >= b.id) continue;
        const [x, y] = [map[a.id], map[b.id]];
        if (x === y || x.startsWith(`${y} `) || y.startsWith(`${x} `)) found.set(`${a.id} ${b.id}`, [a.id, b.id]);
      }
    }
  }
  return [...found.values()];
}

/** For reading: ["Ctrl+Enter"], ["G", "I"]. */
export function spelled(key: string, isMac = false): string[] {
  const name = (part: string) => {
    if (part === "Mod") return isMac ? "⌘" : "Ctrl";
    if (part === "Escape") return "Esc";
    return part.length === 1 ? part.toUpperCase() : part;
  };
  return key.split(" ").map((press) => press.split(/\+(?=.)/).map(name).join("+"));
}
