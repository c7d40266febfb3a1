import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

const people = 40;

/** So many people write about one outage, each with an address of their own. */
async function outage(page, at) {
  for (let n = 0; n < people; n += 1) {
    const from = `reader${n}@outage${n % 7}.example`;
    const data = `From: Reader Number${n} <${from}>\r\nTo: support@fernhill.example\r\nSubject: Harvest page stays blank\r\nMessage-ID: <${n}.${Date.now()}@outage.example>\r\n\r\nHello,\n\nthe harvest page stays blank since this morning.\r\n`;
    const answer = await page.request.post(`${at}/api/v1/mail`, { data, headers: { "content-type": "message/rfc822", origin: at } });
    assert.ok(answer.ok(), await answer.text());
  }
}

test("T039: one reply to forty is read in part, counted by hand, stopped after ten, and the report names the other thirty", async () => {
  await withDesk({ config: "[desk]\nundo_seconds = 3\n" }, (at) => onDesk(async (page) => {
    await outage(page, at);
    const query = encodeURIComponent("Harvest page stays blank");
    await eventually("forty tickets, sorted", async () => {
      const found = await (await page.request.get(`${at}/api/v1/tickets?limit=100&q=${query}`)).json();
      // A letter to a ticket that is sorted meanwhile is stopped, as it should be.
      return found.items.length === people && found.items.every((ticket) => ticket.draft === "ready" || ticket.draft === "withheld");
    }, 120);
    await page.goto(`${at}/tickets?q=${encodeURIComponent("Harvest page stays blank")}`);
    await page.locator(".ticket-row").nth(9).waitFor();
    await page.keyboard.press("v");
    await page.getByRole("region", { name: "Chosen tickets" }).getByText("1 ticket chosen").waitFor();
    const all = page.getByRole("button", { name: `Choose all ${people} in this list` });
    await all.click({ timeout: 60_000 });
    await page.getByText(`${people} tickets chosen`).waitFor();
    await page.getByRole("button", { name: "Reply to all of them" }).click();
    await page.getByRole("heading", { name: `One reply to ${people} tickets` }).waitFor();

    const text = page.getByRole("textbox", { name: "Text" });
    await text.fill("Hello {{requester.iban}},\n\nthe harvest page works again.");
    await page.getByRole("button", { name: /^Prepare/ }).click();
    await page.getByText(/There is no slot “{{requester.iban}}”/).waitFor();
    await text.fill("Hello {{requester.first_name|there}},\n\nthe harvest page works again. Your ticket is #{{ticket.number}}.");
    await page.getByRole("button", { name: /^Prepare/ }).click();

    await page.getByRole("button", { name: `Review ${people} letters` }).click();
    const review = page.getByTestId("bulk-review");
    await review.waitFor({ timeout: 60_000 });
    const send = review.getByRole("button", { name: /^Sign and send/ });
    assert.equal(await send.isDisabled(), true);
    const marked = review.locator(".bulk-line[data-sample]");
    assert.equal(await marked.count(), 5);
    for (let n = 0; n < 5; n += 1) {
      await marked.nth(n).click();
      await review.locator(".letter-text").getByText(/^Hello Reader,/).waitFor();
      await marked.nth(n).getByLabel("read", { exact: true }).waitFor();
    }
    assert.equal(await send.isDisabled(), true, "the count is typed by hand");
    const shown = await review.locator(".bulk-line").count();
    await review.getByLabel("How many letters leave?").fill(String(shown - 1));
    assert.equal(await send.isDisabled(), true, "and it has to be right");
    await review.getByLabel("How many letters leave?").fill(String(shown));
    await page.keyboard.press("Control+Enter");
    await page.keyboard.press("Shift+s");
    assert.equal(await review.count(), 1, "no key sends many letters");
    await send.click();

    // Three seconds to undo here, ten letters three seconds apart, then a minute to look.
    await page.getByText(/^10 of 40 have left$/).waitFor({ timeout: 120_000 });
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.locator(".bulk-stage[data-stage=stopped]").waitFor();
    const report = page.locator(".bulk-table tbody tr");
    assert.equal(await report.count(), people);
    assert.equal(await page.locator('.bulk-table tr[data-state="sent"]').count(), 10);
    assert.equal(await page.getByRole("cell", { name: "stopped, not sent" }).count(), 30);
    await page.getByRole("button", { name: "Review 30 letters" }).waitFor();
  }, { at }));
});
