import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk, until } from "./desk.mjs";
import { withDesk } from "./server.mjs";

test("marked words leave a ticket for good with two presses, and a mark stays", async () => {
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    await page.goto(`${at}/tickets`);
    await page.locator(".ticket-row").first().click();
    const text = page.locator(".message[data-newest] .letter-text").first();
    await text.waitFor();
    const word = (await text.innerText()).split(/[^A-Za-z]+/).find((one) => one.length > 6);
    // As a pointer marks it.
    await text.evaluate((node, wanted) => {
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      for (let part = walker.nextNode(); part; part = walker.nextNode()) {
        const from = part.data.indexOf(wanted);
        if (from < 0) continue;
        const range = document.createRange();
        range.setStart(part, from);
        range.setEnd(part, from + wanted.length);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        return;
      }
    }, word);
    await page.locator(".message[data-newest]").getByRole("button", { name: "Remove words" }).click();
    const panel = page.getByTestId("remove-words");
    assert.equal(await panel.getByLabel("Words to remove").inputValue(), word);
    await panel.getByLabel("What it is").selectOption("card");
    await panel.getByRole("button", { name: "Remove the words" }).click();
    await panel.getByText("Nothing brings it back").waitFor();
    assert.ok((await text.innerText()).includes(word), "the first press only asks");
    await panel.getByRole("button", { name: "Remove the words" }).click();
    await page.locator(".message[data-newest] .letter-text", { hasText: "[card removed]" }).first().waitFor();
    assert.ok(!(await page.locator(".conversation").innerText()).includes(word));
    // Entries get their place in the record a moment after they are written.
    const entry = await until(page, async () => (await (await fetch("/api/v1/audit?kind=ticket.redacted")).json()).items[0]?.summary);
    assert.match(entry, /^Words \(card\) were removed from a ticket for good/);
    await page.goto(`${at}/record`);
    await page.getByRole("link", { name: "What left for models" }).click();
    await page.getByRole("heading", { level: 1, name: "What left for models" }).waitFor();
    await page.getByText("Nothing left").waitFor();
  }, { at }));
});
