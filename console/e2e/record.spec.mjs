import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";

test("eight attempts to cheat are stopped, each by something named", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/record`);
    const counted = page.getByText(/^\d+ entries in the record$/);
    const before = await counted.innerText();
    await page.getByRole("button", { name: "Run the attempts" }).click();
    await page.getByTestId("cheat-summary").waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('[data-testid="attack"][data-stopped="true"]').count(), 8);
    assert.match(await page.getByTestId("cheat-summary").innerText(), /8 of 8 stopped/);
    await page.waitForFunction((old) => !document.body.innerText.includes(old), before, { timeout: 10_000 });
    assert.ok(parseInt(await counted.innerText(), 10) > parseInt(before, 10), "the count follows what the attempts wrote");
  });
});

test("the record verifies, and export and proof can be had", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/record`);
    await page.getByRole("button", { name: "Verify the whole record" }).click();
    await page.locator('[data-testid="verification"][data-ok="true"]').waitFor({ timeout: 60_000 });
    for (const link of [page.getByRole("link", { name: "Export" }), page.getByRole("link", { name: /^Proof/ }).first()]) {
      const response = await page.request.get(new URL(await link.getAttribute("href"), base).href);
      assert.equal(response.status(), 200);
    }
  });
});
