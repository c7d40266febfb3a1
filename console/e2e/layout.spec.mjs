import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk, openReady, reviewButton } from "./desk.mjs";

const fits = async (page, locator) => {
  const box = await locator.boundingBox();
  const { width, height } = page.viewportSize();
  return box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1;
};

test("at 1366x768 question, whole draft and send control show without scrolling", async () => {
  await onDesk(async (page) => {
    await page.locator(".ticket-row", { hasText: "Start here" }).or(page.locator(".ticket-row").first()).first().click();
    await page.getByTestId("draft-text").waitFor();
    const newest = page.locator("[data-newest] .letter-text");
    for (const part of [newest, page.getByTestId("draft-text"), reviewButton(page)]) assert.ok(await fits(page, part), await part.first().innerText());
    const isCut = await page.locator(".draft-scroll").evaluate((box) => box.scrollHeight > box.clientHeight + 1);
    assert.equal(isCut, false, "the draft does not scroll");
    const seen = await page.locator(".conversation").evaluate((box) => {
      const text = box.querySelector("[data-newest] .letter-text").getBoundingClientRect();
      const frame = box.getBoundingClientRect();
      return text.top >= frame.top - 1 && text.bottom <= frame.bottom + 1;
    });
    assert.ok(seen, "the newest question is whole");
  });
});

test("a phone of 360 px reads and approves without sideways scrolling", async () => {
  await onDesk(async (page) => {
    const narrow = async () => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), page.url());
    await narrow();
    await openReady(page);
    await narrow();
    await page.locator('.sentence[data-support="supported"]').first().click();
    await page.locator(".lit-source").waitFor();
    await reviewButton(page).click();
    await page.getByTestId("sealed").waitFor();
    await narrow();
    assert.ok(await fits(page, page.getByRole("button", { name: /^Sign and send/ })), "the sign button is in sight");
    for (const path of ["/search?q=invoice", "/knowledge", "/patterns", "/patterns?tab=patterns", "/tray", "/insights", "/incidents", "/flags", "/tasks", "/record", "/quarantine", "/settings", "/settings/policies", "/settings/policies/operating_model/billing.invoice"]) {
      await page.goto(base + path);
      await page.locator("h1").first().waitFor();
      await page.waitForTimeout(300);
      await narrow();
    }
  }, { viewport: { width: 360, height: 800 } });
});

test("dark follows the system", async () => {
  await onDesk(async (page) => {
    const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).map(Number));
    assert.ok(Math.max(...light) < 60, String(light));
  }, { colorScheme: "dark" });
});
