// Two tickets of one customer become one and two again, and a letter becomes a ticket of its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { onDesk, until } from "./desk.mjs";
import { withDesk } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const from = "dev.malhotra@aldermoor.example";

async function customerAsks(page, subject, text) {
  await page.evaluate(async (body) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    const answer = await fetch("/api/v1/demo/customer-mail", { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  }, { from, subject, text, reply_to_letter: null });
  return until(page, async (wanted) => {
    const { items } = await (await fetch("/api/v1/tickets?view=all&limit=100")).json();
    const found = items.find((one) => one.subject === wanted);
    return found && { id: found.id, number: found.number };
  }, subject);
}

const accessible = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document.querySelector(".attention:is([data-testid=merge], [data-testid=relocations])")));
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]), []);
};

test("merged, undone, merged again; a letter is split off and comes back", async () => {
  await withDesk({ config: "" }, async (at) => {
    await onDesk(async (page) => {
      const first = await customerAsks(page, "The dome lamp blinks", "The dome lamp in our hall blinks red.");
      const second = await customerAsks(page, "Dome lamp, once more", "One more thing: the dome lamp also hums.");
      const open = async (id) => {
        await page.goto(`${at}/tickets/${id}`);
        await page.locator(".conversation .message").first().or(page.getByTestId("relocations")).first().waitFor();
      };
      const merge = async () => {
        await page.keyboard.press("Shift+J");
        const box = page.getByTestId("merge");
        await box.getByLabel("Into").selectOption({ label: `#${first.number} The dome lamp blinks` });
        await accessible(page);
        await box.getByRole("button", { name: "Merge" }).click();
        await page.getByText(`from #${second.number}`).waitFor();
      };
      await open(second.id);
      await merge();
      assert.equal(await page.locator(".conversation .message").count(), 2);
      await accessible(page);
      // From the bar, within its seconds.
      await page.getByTestId("undo-bar").getByRole("button", { name: /^Undo/ }).click();
      await page.getByText(`from #${second.number}`).waitFor({ state: "detached" });

      // And from the old ticket, whenever somebody sees it.
      await open(second.id);
      await merge();
      await open(second.id);
      const lines = page.getByTestId("relocations");
      await lines.getByRole("link", { name: `#${first.number}` }).waitFor();
      assert.equal(await page.locator(".composer").count(), 0, "nobody answers where nobody looks");
      await lines.getByRole("button", { name: "Undo" }).click();
      await page.locator(".composer").waitFor();
      assert.equal(await page.locator(".conversation .message").count(), 1);

      await merge();
      await page.locator(".conversation .message", { hasText: "hums" }).getByRole("button", { name: "Split off" }).click();
      await page.getByRole("button", { name: "This letter alone" }).click();
      await page.getByText("Split from").waitFor();
      await page.getByText(`from #${first.number}`, { exact: true }).waitFor();
      await page.getByTestId("relocations").getByRole("button", { name: "Undo" }).click();
      await page.getByText("Merged into").waitFor();
    }, { at });
  });
});
