import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, base, onDesk, openReady, reviewButton, signButton, until } from "./desk.mjs";

test("a draft is turned down in one press, a digit says why, and one's own figures tell how one read", async () => {
  await onDesk(async (page) => {
    await openReady(page, 3);
    const draft = page.getByTestId("draft-text");
    await draft.locator(".sentence").first().waitFor();
    await page.keyboard.press("d");
    await page.getByTestId("rejected").waitFor();
    assert.equal(await draft.count(), 0, "it is gone at once");
    await page.keyboard.press("1");
    await page.getByTestId("rejected").getByText("Noted: wrong fact.").waitFor();
    await page.keyboard.press("a");
    await draft.waitFor();

    // The next one is read, with its source, and signed.
    await openReady(page, 4);
    await page.locator('.source-title[aria-pressed="false"]').first().click();
    await page.waitForTimeout(2_000);
    await reviewButton(page).click();
    await page.getByTestId("sealed").waitFor();
    await acknowledge(page);
    await page.waitForTimeout(500);
    const said = page.waitForRequest((one) => one.url().endsWith("/approval"));
    await signButton(page).click();
    const yes = (await said).postDataJSON();
    assert.ok(yes.seconds >= 2 && yes.opened.length === 1, `how it was read goes along: ${JSON.stringify(yes)}`);
    await page.getByTestId("undo-bar").waitFor();

    await page.goto(`${base}/settings/reading`);
    await page.getByRole("heading", { level: 1, name: "How I read drafts" }).waitFor();
    const facts = page.getByTestId("reading-facts");
    await facts.getByText("Slowed down").waitFor();
    const own = await page.evaluate(async () => (await fetch("/api/v1/readings/own")).json());
    assert.ok(own.total.letters >= 1 && own.rejected >= 1 && own.sharing === "private", JSON.stringify(own));
    const sharing = page.getByRole("switch", { name: "Let leads see my figures" });
    await sharing.press("Space");
    await until(page, async () => (await (await fetch("/api/v1/readings/own")).json()).sharing === "shared");
    // The page learns of it after the server does; before that the switch still stands where it was.
    await page.getByRole("switch", { name: "Let leads see my figures", checked: true, disabled: false }).press("Space");
    await until(page, async () => (await (await fetch("/api/v1/readings/own")).json()).sharing === "private");
  });
});

test("a page of somebody who hurries counts down before it can be signed", async () => {
  await onDesk(async (page) => {
    await openReady(page, 5);
    await page.route("**/seal", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), brake: "burst", earliest_yes: new Date(Date.now() + 3000).toISOString() } });
    });
    await reviewButton(page).click();
    await page.getByTestId("brake").getByText("This one can be signed in").waitFor();
    await acknowledge(page);
    assert.ok(await signButton(page).isDisabled(), "not yet");
    await page.getByTestId("brake").getByText("You can sign now.").waitFor();
    assert.ok(await signButton(page).isEnabled());
  });
});
