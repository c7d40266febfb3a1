import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk, openReady } from "./desk.mjs";

/** Holds a key the way a keyboard does: one press, then repeats. */
async function hold(page, key, times = 12) {
  for (let i = 0; i < times; i += 1) await page.keyboard.down(key);
  await page.keyboard.up(key);
}

test("j, k and Enter lead through the list; u leads back", async () => {
  await onDesk(async (page) => {
    // A desk that just started has a list to move through once its mail is in.
    await page.locator(".ticket-row").nth(2).waitFor();
    await page.keyboard.press("j");
    const first = await page.locator('.ticket-row[aria-current="true"]').getAttribute("href");
    await page.keyboard.press("j");
    const second = await page.locator(`.ticket-row[aria-current="true"]:not([href="${first}"])`).getAttribute("href");
    await page.keyboard.press("k");
    await page.locator(`.ticket-row[aria-current="true"][href="${first}"]`).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => first.startsWith(url.pathname));
    await page.locator(".ticket-head").waitFor();
    await page.keyboard.press("j");
    await page.waitForURL((url) => second.startsWith(url.pathname));
    await page.keyboard.press("u");
    await page.waitForURL((url) => url.pathname === "/tickets");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Accept what was understood").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("g");
    await page.keyboard.press("k");
    await page.waitForURL(`${base}/knowledge`);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("go to the inbox");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/tickets");
  });
});

test("what is typed before the palette has the focus counts, Enter too", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/knowledge`);
    await page.locator(".split-list .line").first().waitFor();
    await page.evaluate(() => {
      const press = (key, more = {}) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
      press("k", { ctrlKey: true });
      for (const key of "go to the inbox") press(key);
      press("Enter");
    });
    await page.waitForURL((url) => url.pathname === "/tickets");
  });
});

test("a held key never sends: Ctrl+Enter, Enter, Space and the signing key itself", async () => {
  await onDesk(async (page) => {
    let approvals = 0;
    page.on("request", (request) => { if (request.method() === "POST" && request.url().endsWith("/approval")) approvals += 1; });
    await openReady(page);
    const url = page.url();
    await page.keyboard.down("Control");
    await hold(page, "Enter");
    await page.keyboard.up("Control");
    await page.getByTestId("sealed").waitFor();
    await hold(page, "Enter");
    await hold(page, "Space");
    await page.waitForTimeout(500);
    await page.keyboard.down("Control");
    await hold(page, "Enter");
    await page.keyboard.up("Control");
    await page.keyboard.press("s");
    await page.waitForTimeout(300);
    assert.equal(approvals, 0);
    assert.equal(page.url(), url);
    await page.keyboard.press("Escape");
    await page.getByTestId("draft-text").waitFor();
    await page.keyboard.down("Shift");
    await hold(page, "S");
    await page.keyboard.up("Shift");
    await page.waitForTimeout(300);
    assert.equal(approvals, 0, "the signing key does nothing without the sealed view");
  });
});

test("Ctrl+Enter, then Shift+S signs; z takes it back from another page", async () => {
  await onDesk(async (page) => {
    await openReady(page, 3);
    const url = page.url();
    await page.keyboard.press("Control+Enter");
    await page.getByTestId("sealed").waitFor();
    for (const box of await page.getByTestId("sealed").getByRole("checkbox").all()) { await box.focus(); await page.keyboard.press("Space"); }
    await page.waitForTimeout(450);
    await page.keyboard.press("Shift+S");
    await page.getByTestId("undo-bar").waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.waitForURL(`${base}/record`);
    await page.keyboard.press("z");
    await page.waitForURL(url);
    await page.getByTestId("draft-text").waitFor();
  });
});
