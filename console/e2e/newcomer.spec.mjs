import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, onDesk, reviewButton, signButton, undoButton } from "./desk.mjs";

test("a newcomer signs in, sees a source, sends, takes back and sends again in twelve actions and two minutes", async () => {
  await onDesk(async (page) => {
    const begun = Date.now();
    let actions = 0;
    const act = async (what) => { await what; actions += 1; };
    const send = async () => {
      await act(reviewButton(page).click());
      await page.getByTestId("sealed").waitFor();
      actions += await acknowledge(page);
      await act(signButton(page).click());
      await page.getByTestId("undo-bar").waitFor();
    };
    await act(page.getByRole("button", { name: /^Sign in as / }).first().click());
    await act(page.locator(".ticket-row", { hasText: "Start here" }).click());
    const text = await page.getByTestId("draft-text").innerText();
    const url = page.url();
    await act(page.locator('.sentence[data-support="supported"]').first().click());
    await page.locator(".source[data-lit]").first().waitFor();
    assert.ok((await page.locator(".source[data-lit] mark").count()) > 0, "the span in the source is marked");
    await send();
    assert.notEqual(page.url(), url, "the next ticket opens");
    await act(undoButton(page).click());
    await page.waitForURL(url);
    assert.equal(await page.getByTestId("draft-text").innerText(), text, "the text is back");
    await send();
    assert.ok(actions <= 12, `${actions} actions`);
    assert.ok(Date.now() - begun < 120_000, `${Date.now() - begun} ms`);
  }, { signedIn: false });
});
