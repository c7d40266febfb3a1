import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";

test("no text leaves beforehand by default, and without evidence a lead is told why none may", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/settings/policies`);
    await page.getByRole("link", { name: "Standing approvals" }).click();
    await page.getByRole("heading", { name: "None is active" }).waitFor();
    await page.getByRole("button", { name: "New standing approval" }).click();
    await page.getByRole("combobox", { name: "Kind of question" }).click();
    await page.getByRole("option").first().click();
    await page.getByRole("textbox", { name: "Text" }).fill("Hello,\n\nyou find it under Settings.");
    assert.equal(await page.getByRole("button", { name: "Show what would leave" }).isDisabled(), true, "it rests on nothing yet");
    await page.getByRole("combobox", { name: "Articles that say the same" }).click();
    await page.getByRole("option").first().click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Show what would leave" }).click();
    await page.getByRole("article", { name: "The letter" }).getByText(/sent automatically/).waitFor();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByRole("button", { name: "Approve beforehand" }).count(), 0);
    await page.getByRole("textbox", { name: "Text" }).fill("Hello,\n\nyou find it elsewhere.");
    assert.equal(await page.getByRole("article", { name: "The letter" }).count(), 0, "a changed text is shown again first");
  });
});
