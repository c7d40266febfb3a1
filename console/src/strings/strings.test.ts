import { expect, it } from "vitest";
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
