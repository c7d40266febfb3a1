import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, base, onDesk, openReady, reviewButton, signButton, undoButton, until } from "./desk.mjs";

test("a letter's whole way: sources, edit, sealed view, sign, undo, sign again, in the tray", async () => {
  await onDesk(async (page) => {
    await openReady(page, 1);
    const url = page.url();
    const sentence = page.locator('.sentence[data-support="supported"]').first();
    await sentence.hover();
    await page.locator(".source[data-lit]").first().waitFor();
    const chip = page.locator(".draft-text .chip").first();
    const citation = (await chip.innerText()).trim();
    await page.getByTestId(`source-${citation}`).hover();
    await page.locator(".sentence[data-lit]").first().waitFor();

    const words = `Added by hand ${Date.now()}.`;
    await page.getByRole("button", { name: /^Edit/ }).click();
    const editor = page.getByTestId("draft-editor");
    const before = await editor.inputValue();
    await editor.fill(`${before}\n\n${words}`);
    await page.locator('.save-state[data-state="saved"]').waitFor();
    await page.reload();
    await page.getByText(words).first().waitFor();

    await reviewButton(page).click();
    await page.getByTestId("sealed").waitFor();
    assert.match(await page.getByTestId("sealed-body").innerText(), new RegExp(words));
    await page.getByText("Changes since the machine wrote it").waitFor();
    await acknowledge(page);
    await signButton(page).click();
    await page.getByTestId("undo-bar").waitFor();
    await undoButton(page).click();
    await page.waitForURL(url);
    await page.getByText(words).first().waitFor();

    await reviewButton(page).click();
    await page.getByTestId("sealed").waitFor();
    await acknowledge(page);
    await signButton(page).click();
    await page.getByTestId("undo-bar").waitFor();
    await page.getByTestId("undo-bar").waitFor({ state: "hidden", timeout: 120_000 });
    // Other journeys' letters lie in this tray too; this one is on top once it has left.
    await until(page, async (wanted) => {
      const [newest] = (await (await fetch("/api/v1/tray")).json()).items;
      return newest && JSON.stringify(await (await fetch(`/api/v1/tray/${newest.id}`)).json()).includes(wanted);
    }, words, 30);
    await page.goto(`${base}/tray`);
    await page.getByTestId("letter-line").first().click({ timeout: 30_000 });
    await page.getByTestId("letter-body").getByText(words).waitFor();
  });
});

test("a draft changed elsewhere asks which text goes on", async () => {
  await onDesk(async (page) => {
    await openReady(page, 2);
    await page.getByRole("button", { name: /^Edit/ }).click();
    const id = new URL(page.url()).pathname.split("/").pop();
    const status = await page.evaluate(async (ticket) => {
      const { answer } = await (await fetch(`/api/v1/tickets/${ticket}`)).json();
      const headers = { "Content-Type": "application/json", "If-Match": `"${answer.draft.revision}"` };
      return (await fetch(`/api/v1/drafts/${answer.draft.id}`, { method: "PUT", headers, body: JSON.stringify({ body: "Written by a colleague." }) })).status;
    }, id);
    assert.equal(status, 200);
    const editor = page.getByTestId("draft-editor");
    await editor.fill(`${await editor.inputValue()}\nMine.`);
    await page.getByText("Nothing is lost: choose which text goes on.").waitFor();
    assert.ok(await reviewButton(page).isDisabled(), "nothing can be sent before the choice");
    await page.getByRole("button", { name: "Keep mine" }).click();
    await page.locator('.save-state[data-state="saved"]').waitFor();
    assert.match(await editor.inputValue(), /Mine\.$/);
  });
});

test("text typed without a network is kept and saved later", async () => {
  await onDesk(async (page) => {
    await openReady(page, 2);
    const url = page.url();
    await page.getByRole("button", { name: /^Edit/ }).click();
    const editor = page.getByTestId("draft-editor");
    await page.context().setOffline(true);
    const words = `Written offline ${Date.now()}.`;
    await editor.fill(`${await editor.inputValue()}\n${words}`);
    await page.locator('.save-state[data-state="kept"]').waitFor();
    await page.context().setOffline(false);
    await page.locator('.save-state[data-state="saved"]').waitFor();
    await page.goto(url);
    await page.getByText(words).first().waitFor();
  });
});
