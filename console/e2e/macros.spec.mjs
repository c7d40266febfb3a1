import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk, openReady } from "./desk.mjs";

const name = `Kind goodbye ${Date.now() % 100_000}`;

/** Signs in as whoever the demo's door names so. */
async function signInAs(page, who) {
  await page.getByRole("button", { name: `Sign in as ${who}`, exact: false }).click();
  await page.getByRole("navigation").first().waitFor();
}

test("a macro is written, approved, inserted by keyboard as a person's words, and goes back when its ground changes", async () => {
  await onDesk(async (page) => {
    const { items } = await page.evaluate(async () => (await fetch("/api/v1/articles?kind=article&state=approved")).json());
    const ground = items.find((one) => one.audience === "public" && one.freshness === "current");
    const owner = await (await page.context().browser().newContext({ locale: "en-GB" })).newPage();
    owner.setDefaultTimeout(15_000);
    await owner.goto(`${base}/`);
    await signInAs(owner, ground.owner);

    await owner.goto(`${base}/knowledge/new`);
    await owner.getByLabel("What it is").first().click();
    await owner.getByRole("option", { name: "Macro" }).click();
    await owner.getByLabel("Source").first().click();
    await owner.getByRole("option", { name: new RegExp(ground.source) }).first().click();
    await owner.getByLabel("Title").fill(name);
    await owner.getByLabel("Text with slots").fill("Thank you, {{requester.first_name|friend}}, for #{{ticket.numbr}}.");
    await owner.getByLabel("Rests on").first().click();
    await owner.getByLabel("Rests on").first().fill(ground.title);
    await owner.getByRole("option", { name: ground.title, exact: true }).click();
    await owner.keyboard.press("Escape");
    await owner.getByRole("button", { name: "Propose", exact: true }).click();
    await owner.getByText("There is no slot").first().waitFor();
    await owner.getByLabel("Text with slots").fill("Thank you, {{requester.first_name|friend}}, for #{{ticket.number}}.");
    await owner.getByRole("button", { name: "Propose", exact: true }).click();
    await owner.getByRole("button", { name: /^Approve/ }).click();
    await owner.getByText("No open draft rests on it").waitFor();

    await openReady(page, 4);
    const ticket = new URL(page.url()).pathname.split("/").pop();
    const read = () => page.evaluate(async (id) => (await fetch(`/api/v1/tickets/${id}`)).json(), ticket);
    const before = (await read()).answer.draft;
    await page.keyboard.press("Control+m");
    await page.getByTestId("macro-picker").getByRole("combobox").fill(name);
    await page.getByTestId("macro-picker").getByRole("option", { name }).waitFor();
    const box = await page.getByTestId("macro-picker").boundingBox();
    assert.ok(box.y > 0 && box.y + box.height < 768, `the picker stands in the window: ${JSON.stringify(box)}`);
    await page.keyboard.press("Enter");
    const editor = page.getByTestId("draft-editor");
    const { number } = await read();
    await page.waitForFunction((text) => document.querySelector('[data-testid="draft-editor"]')?.value.includes(text), `for #${number}.`);
    assert.ok((await editor.inputValue()).includes("Thank you, "), "the slots are filled");
    await page.locator('.save-state[data-state="saved"]').waitFor();
    const after = (await read()).answer.draft;
    assert.ok(after.body.includes(`for #${number}.`) && after.ai_share < before.ai_share, "what was inserted is not the machine's");

    await owner.goto(`${base}/knowledge/${ground.id}`);
    await owner.getByRole("button", { name: "Propose a change" }).click();
    const text = owner.getByLabel("Text (Markdown)");
    await text.fill(`${await text.inputValue()}\n\nChanged for the macro's journey.`);
    await owner.getByRole("button", { name: "Propose", exact: true }).click();
    await owner.locator("ins").first().waitFor();
    await owner.getByRole("button", { name: /^Approve/ }).click();
    await owner.getByText(/macros go back to their owners/).waitFor();
    await owner.getByRole("link", { name, exact: true }).click();
    await owner.getByText("Nobody can insert it until its owner").waitFor();

    await page.getByTestId("draft-editor").press("Control+m");
    const picker = page.getByTestId("macro-picker");
    await picker.getByRole("combobox").fill(name);
    const option = picker.getByRole("option", { name });
    await option.getByText(/changed, on which it rests/).waitFor();
    assert.equal(await option.getAttribute("aria-disabled"), "true");
    const kept = await page.getByTestId("draft-editor").inputValue();
    await page.keyboard.press("Enter");
    assert.equal(await page.getByTestId("draft-editor").inputValue(), kept, "it cannot be inserted now");
    await page.keyboard.press("Escape");
    await picker.waitFor({ state: "detached" });

    await owner.getByRole("button", { name: "Still right" }).click();
    await owner.getByText("Noted: the article still holds.").first().waitFor();
    await page.getByTestId("draft-editor").press("Control+m");
    await picker.getByRole("combobox").fill(name);
    await picker.getByRole("option", { name }).getByText("Thank you,").waitFor();
  });
});
