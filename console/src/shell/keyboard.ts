import { useEffect } from "react";
import { actions, type ActionId, firesInFields, pressedKey } from "../keys";
import { currentKeymap, isAvailable, runAction } from "./actions";

/** Moving through a list may repeat while the key is held; nothing else may. */
const repeats: ActionId[] = ["list.next", "list.previous"];
const sequencePause = 900;

/** Fields one writes in; a ticked box or a chosen status takes no letters. */
const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select"));
const takesEnter = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("button, a, summary, [role=menuitem], [role=option]") !== null;
const isElsewhere = (target: EventTarget | null): boolean =>
  document.querySelector("[role=dialog]") !== null || (target instanceof HTMLElement && target.closest("[role=menu], [role=listbox]") !== null);

/** Listens for the keymap on the whole page. Mounted once, by the shell. */
export function useKeyboard(): void {
  useEffect(() => {
    let begun: { key: string; at: number } | null = null;

    function find(key: string): ActionId | "begun" | null {
      const map = currentKeymap();
      const isSealed = isAvailable("sealed.back");
      const heard = actions.filter((a) => (a.scope === "everywhere" || (isSealed ? a.scope === "sealed" : a.scope !== "sealed")) && isAvailable(a.id));
      const exact = heard.find((action) => map[action.id] === key);
      if (exact) return exact.id;
      return heard.some((action) => map[action.id].startsWith(`${key} `)) ? "begun" : null;
    }

    function onKeyDown(event: KeyboardEvent): void {
      const key = pressedKey(event);
      if (!key || event.defaultPrevented) return;
      if (isField(event.target) && !firesInFields(key)) return;
      if (key === "Enter" && takesEnter(event.target)) return;
      if (isElsewhere(event.target)) return;
      const now = Date.now();
      const whole = begun && now - begun.at < sequencePause ? `${begun.key} ${key}` : key;
      begun = null;
      let id = find(whole);
      if (id === null && whole !== key) id = find(key);
      if (id === null) return;
      event.preventDefault();
      if (id === "begun") begun = { key, at: now };
      else if (!event.repeat || repeats.includes(id)) runAction(id);
    }

    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
