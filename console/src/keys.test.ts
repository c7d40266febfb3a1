import { describe, expect, it } from "vitest";
import { actions, conflicts, defaultKeymap, firesInFields, pressedKey, spelled } from "./keys";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {}) =>
  pressedKey({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

// What the physical key gives with and without Shift, for the non-letters the keymap uses.
const layouts: Record<string, Record<string, { shiftKey: boolean }>> = {
  US: { "!": { shiftKey: true }, "?": { shiftKey: true }, "/": { shiftKey: false }, ".": { shiftKey: false } },
  German: { "!": { shiftKey: true }, "?": { shiftKey: true }, "/": { shiftKey: true }, ".": { shiftKey: false } },
  French: { "!": { shiftKey: false }, "?": { shiftKey: true }, "/": { shiftKey: true }, ".": { shiftKey: true } },
};

describe("keymap", () => {
  it("has no conflicts and no double ids", () => {
    expect(conflicts(defaultKeymap)).toEqual([]);
    expect(new Set(actions.map((action) => action.id)).size).toBe(actions.length);
  });
  it("finds a conflict when there is one", () => {
    expect(conflicts({ ...defaultKeymap, "list.next": "k" })).toEqual([["list.next", "list.previous"]]);
    expect(conflicts({ ...defaultKeymap, "list.next": "g" }).length).toBeGreaterThan(0);
    expect(conflicts({ ...defaultKeymap, "sealed.sign": "z" })).toEqual([["sealed.sign", "undo"]]);
    expect(conflicts({ ...defaultKeymap, "sealed.sign": "j" })).toEqual([]);
  });
  it.each(Object.entries(layouts))("every key can be typed on a %s keyboard without Alt", (_, shifted) => {
    for (const action of actions) {
      for (const part of action.key.split(" ")) {
        const name = part.replace(/^Mod\+/, "").replace(/^Shift\+/, "");
        if (/^[a-z]$/.test(name) || name.length > 1) continue;
        const how = shifted[name];
        expect(how, `${action.id} ${name}`).toBeDefined();
        expect(press(name, how)).toBe(name);
      }
    }
  });
  it("signs with a key that is neither Enter nor Space, and that starts nothing elsewhere", () => {
    const sign = defaultKeymap["sealed.sign"];
    expect(sign).not.toMatch(/Enter|^ $|Mod/);
    expect(actions.filter((action) => action.key === sign)).toHaveLength(1);
  });
  it("never uses Alt, and lets single keys rest in fields", () => {
    for (const action of actions) expect(action.key).not.toContain("Alt");
    expect(firesInFields("j")).toBe(false);
    expect(firesInFields("Shift+y")).toBe(false);
    expect(firesInFields("Shift+s")).toBe(false);
    expect(firesInFields("Mod+Enter")).toBe(true);
  });
  it("reads presses", () => {
    expect(press("J", { shiftKey: true })).toBe("Shift+j");
    expect(press("Enter", { metaKey: true })).toBe("Mod+Enter");
    expect(press("@", { ctrlKey: true, altKey: true })).toBe("@");
    expect(press("l", { altKey: true })).toBeNull();
    expect(press("Shift", { shiftKey: true })).toBeNull();
    expect(spelled("g i")).toEqual(["G", "I"]);
    expect(spelled("Mod+Enter")).toEqual(["Ctrl+Enter"]);
  });
});
