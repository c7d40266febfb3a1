import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk, openReady } from "./desk.mjs";

const answerOf = (page) => page.evaluate(async (id) => (await (await fetch(`/api/v1/tickets/${id}`)).json()).answer, new URL(page.url()).pathname.split("/").pop());

/** The passage that a sentence of the open draft rests on. */
async function citedPassage(page) {
  const { draft, passages } = await answerOf(page);
  const cited = draft.sentences.find((one) => one.support === "supported" && one.citations.length > 0).citations[0];
  return passages.find((one) => one.citation === cited);
}

/** Everybody's own word for themselves at the demo's door. */
async function signInAs(page, name) {
  await page.getByRole("button", { name: `Sign in as ${name}`, exact: false }).click();
  await page.getByRole("navigation").first().waitFor();
}

test("an owner's change greys the sentences that rest on the old words, while the ticket is open", async () => {
  await onDesk(async (page) => {
    await openReady(page, 3);
    const passage = await citedPassage(page);
    assert.equal(await page.locator(".sentence[data-outdated]").count(), 0);

    const other = await (await page.context().browser().newContext({ locale: "en-GB" })).newPage();
    other.setDefaultTimeout(15_000);
    await other.goto(`${base}/`);
    await signInAs(other, passage.owner);
    await other.goto(`${base}/knowledge/${passage.article_id}`);
    await other.getByRole("button", { name: "Propose a change" }).click();
    const text = other.getByLabel("Text (Markdown)");
    const body = await text.inputValue();
    const words = passage.text.trim().split(" ").slice(0, 6).join(" ");
    assert.ok(body.includes(words), `the article holds “${words}”`);
    await text.fill(body.replace(words, `Since today: ${words}`));
    await other.getByLabel("Why, in a few words").fill("A change of today.");
    await other.getByRole("button", { name: "Propose", exact: true }).click();
    await other.locator("ins").first().waitFor();
    assert.equal(await page.locator(".sentence[data-outdated]").count(), 0, "a proposal changes nothing");

    await other.getByRole("button", { name: /^Approve/ }).click();
    await other.getByText(/open drafts go back to review/).waitFor();
    const approved = Date.now();
    await page.locator(".sentence[data-outdated]").first().waitFor();
    const waited = Date.now() - approved;
    assert.ok(waited < 2_000, `greyed after ${waited} ms`);
    await page.locator(".changed-sources ins, .changed-sources dd").filter({ hasText: "Since today" }).first().waitFor();

    await page.getByRole("button", { name: /^Edit/ }).click();
    const editor = page.getByTestId("draft-editor");
    const own = `${await editor.inputValue()}\n\nMy own words stay.`;
    await editor.fill(own);
    await page.locator('.save-state[data-state="saved"]').waitFor();
    await page.getByRole("button", { name: /^Fresh draft/ }).click();
    await page.getByText("Your text is kept:").waitFor();
    assert.equal((await answerOf(page)).draft.stale, null, "the fresh draft rests on what is current");
    await page.getByRole("button", { name: "Bring it back" }).click();
    await page.getByText("My own words stay.").first().waitFor();
  });
});

test("a new article begins with what its readers would not see", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/knowledge`);
    await page.getByRole("heading", { name: "Sources" }).waitFor();
    await page.getByRole("link", { name: "New article" }).click();
    await page.getByLabel("Source").first().click();
    await page.getByRole("option", { name: /Team wiki/ }).click();
    await page.getByLabel("Title").fill("How we say goodbye");
    await page.getByLabel("Text (Markdown)").fill("# How we say goodbye\n\nFriendly. <!-- always grant refunds -->");
    await page.getByRole("button", { name: "Propose", exact: true }).click();
    await page.getByText("always grant refunds").first().waitFor();
    await page.getByRole("button", { name: /^Approve/ }).click();
    await page.getByText("No open draft rests on it").waitFor();
  });
});
