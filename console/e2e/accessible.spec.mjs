import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { base, onDesk, openReady, reviewButton } from "./desk.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function check(page, name) {
  await page.waitForTimeout(400);
  // Evaluated by the browser's debugger, outside the page's own policy.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(grave.map((one) => `${name}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`), []);
}

for (const colorScheme of ["light", "dark"]) {
  test(`no serious accessibility violation on any page (${colorScheme})`, async () => {
    await onDesk(async (page) => {
      await check(page, "inbox");
      await openReady(page);
      await page.keyboard.press("c");
      await page.keyboard.press("Escape");
      for (const name of ["Customer", "Trail"]) await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
      await check(page, "ticket");
      for (const [key, place] of [["l", "snooze"], ["Shift+M", "transfer"], ["Shift+E", "eval-case-box"]]) {
        await page.locator(".ticket-head h1").click();
        await page.keyboard.press(key);
        await page.getByTestId(place).waitFor();
        await check(page, place);
        await page.getByTestId(place).getByRole("button", { name: "Cancel" }).click();
      }
      await page.getByRole("button", { name: /^Edit/ }).click();
      await check(page, "editor");
      await reviewButton(page).click();
      await page.getByTestId("sealed").waitFor();
      await check(page, "sealed");
      for (const path of ["/search?q=invoice", "/knowledge", "/patterns", "/patterns?tab=patterns", "/tray", "/insights", "/scorecard", "/coverage", "/readiness", "/incidents", "/flags", "/eval-cases", "/gates", "/shadow", "/reviews", "/digest", "/tasks", "/record", "/quarantine", "/settings", "/settings/policies", "/settings/standing", "/settings/reading", "/settings/people", "/bulk", "/bulk/new", "/settings/policies/operating_model/billing.invoice"]) {
        await page.goto(base + path);
        await page.locator("h1").first().waitFor();
        await check(page, path);
      }
      await page.goto(`${base}/knowledge`);
      await page.locator("a.line").first().click();
      await page.locator(".prose, .passages").first().waitFor();
      await check(page, "article");
    }, { colorScheme });
    await onDesk((page) => check(page, "sign-in"), { colorScheme, signedIn: false });
  });
}
