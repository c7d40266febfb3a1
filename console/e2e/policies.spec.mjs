import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

test("a lead tries a change on past tickets, is told what is not allowed, and saves a version that shows what changed", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/settings/policies`);
    await page.getByRole("link", { name: /^Ideas and wishes/ }).click();
    await page.getByRole("heading", { level: 1, name: "Operating model: Ideas and wishes" }).waitFor();
    const text = page.getByRole("textbox", { name: "Text of the policy" });
    const saved = await text.inputValue();
    const versions = page.getByTestId("versions").getByRole("listitem");
    const before = await versions.count();

    await text.fill(saved.replace(/^writing = .*$/m, 'writing = "nothing"'));
    await page.getByRole("button", { name: "Try on past tickets" }).click();
    await page.getByTestId("dry-run").getByText(/^\d+ of \d+ past tickets would move\.$/).waitFor();
    assert.ok((await page.getByTestId("dry-run").locator("tbody tr").count()) > 0, "the tickets are named");

    await text.fill(`${saved}\nsurprise = 1\n`);
    await page.getByRole("button", { name: "Try on past tickets" }).click();
    await page.getByTestId("problems").getByRole("button", { name: /^Line \d+$/ }).waitFor();

    await text.fill(`# Wishes are thanked for, never promised.\n${saved}`);
    await page.getByRole("textbox", { name: "What changed and why" }).fill("A remark for those who read it");
    await page.getByRole("button", { name: "Save as new version" }).click();
    await page.getByRole("alert").getByText(`Saved as version ${before + 1}.`).waitFor();
    await versions.first().getByRole("button", { name: `version ${before + 1}` }).click();
    await versions.first().locator("ins", { hasText: "never promised" }).waitFor();
  });
});

test("who may not change policies reads them", async () => {
  await onDesk(async (page) => {
    await page.getByRole("button", { name: "Sign in as Jonas Weber" }).click();
    await page.locator(".ticket-row").first().waitFor();
    await page.goto(`${base}/settings/policies/operating_model/product.idea`);
    assert.equal(await page.getByRole("textbox", { name: "Text of the policy" }).getAttribute("readonly"), "");
    assert.equal(await page.getByRole("button", { name: "Save as new version" }).count(), 0);
  }, { signedIn: false });
});

test("open tickets nobody touched follow a new routing by one click and go back by one key", async () => {
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    const api = (path) => page.request.get(new URL(`/api/v1${path}`, page.url()).href).then((answer) => answer.json());
    await eventually("every ticket is sorted", async () => (await api("/tickets?view=inbox&limit=100")).items.every((line) => line.confidence !== null), 240);
    await page.goto(`${at}/settings/policies/routing/default`);
    const text = page.getByRole("textbox", { name: "Text of the policy" });
    await text.waitFor();
    assert.equal(await page.getByTestId("open-tickets").count(), 0);
    await text.fill("security | * | * | en | *\n");
    await page.getByRole("textbox", { name: "What changed and why" }).fill("Everything English goes to one queue");
    await page.getByRole("button", { name: "Save as new version" }).click();
    const open = page.getByTestId("open-tickets");
    await open.getByText(/^\d+ open tickets would move\.$/).waitFor();
    const { moved } = await api("/policies/routing/default/open-tickets");
    const [one] = moved;
    const queue = async () => (await api(`/tickets/${one.ticket_id}`)).queue;
    assert.equal(await queue(), one.was.queue, "nothing moved by itself");
    await open.getByRole("button", { name: `Sort ${moved.length} again` }).click();
    await page.getByTestId("undo-bar").getByText(`Sorted ${moved.length} again`).waitFor();
    assert.equal(await queue(), "security");
    await open.waitFor({ state: "detached" });
    await page.keyboard.press("z");
    await open.waitFor();
    assert.equal(await queue(), one.was.queue);
  }, { at }));
});
