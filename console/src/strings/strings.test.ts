import { expect, it } from "vitest";
import risk from "../../../crates/desk/src/risk.rs?raw";
import { catalogues, t, word } from ".";

const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

it("says everything in every language, with the same slots", () => {
  expect(Object.keys(catalogues.de).sort()).toEqual(Object.keys(catalogues.en).sort());
  for (const [key, text] of Object.entries(catalogues.en)) {
    const other = catalogues.de[key as keyof typeof catalogues.de];
    expect(other.trim(), key).not.toBe("");
    expect(slots(other), key).toEqual(slots(text));
  }
});

it("fills slots and keeps words it does not know readable", () => {
  expect(t("draft.source", { n: 3 })).toBe("Source 3");
  expect(t("draft.source")).toBe("Source {n}");
  expect(word("risk", "chargeback_threat")).toBe("chargeback threat");
});

it("has a word for every risk flag there is, and for no other", () => {
  const list = risk.slice(risk.indexOf("pub enum Flag"), risk.indexOf("impl Flag"));
  const flags = [...list.matchAll(/ = "(\w+)"/g)].map((match) => `risk.${match[1]}`);
  expect(flags.length).toBeGreaterThan(5);
  expect(Object.keys(catalogues.en).filter((key) => key.startsWith("risk.")).sort()).toEqual(flags.sort());
});

it("says each thing in one file, so that no page takes another's words", () => {
  const files = import.meta.glob<Record<string, Record<string, string>>>("./{en,de}/*.ts", { eager: true });
  const keys = Object.entries(files).filter(([file]) => !file.endsWith("/index.ts")).flatMap(([file, said]) => Object.values(said).flatMap((words) => Object.keys(words).map((key) => `${file.split("/")[1]} ${key}`)));
  expect(keys.length).toBeGreaterThan(1_000);
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});
