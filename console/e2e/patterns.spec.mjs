import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";
import { eventually } from "./server.mjs";

const api = (page, path) => page.evaluate(async (path) => (await fetch(`/api/v1${path}`)).json(), path);
const aboutVouchers = (gap) => gap.pattern?.words.some((word) => word.startsWith("voucher"));

/** A second person at the same desk. */
async function another(page, name) {
  const other = await (await page.context().browser().newContext({ locale: "en-GB" })).newPage();
  other.setDefaultTimeout(15_000);
  await other.goto(`${base}/`);
  await other.getByRole("button", { name: `Sign in as ${name}`, exact: false }).click();
  await other.getByRole("navigation").first().waitFor();
  return other;
}

async function writeAsCustomer(page, subject, text) {
  await page.goto(`${base}/tray`);
  await page.getByRole("button", { name: "Write as a customer" }).click();
  await page.getByRole("combobox", { name: "From" }).click();
  await page.getByRole("option", { name: /Yara Haddad/ }).first().click();
  await page.getByLabel("Subject").fill(subject);
  await page.getByLabel("Text").fill(text);
  await page.getByRole("button", { name: "Post it" }).click();
  await page.getByTestId("arrived").waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Open the ticket" }).click();
  await page.getByRole("heading", { level: 1, name: subject }).waitFor();
}

test("the question nobody documented is named, becomes an article, and the article answers the next mail", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/patterns`);
    await page.getByRole("heading", { level: 1, name: "Patterns and gaps" }).waitFor();
    await eventually("requests are counted", async () => (await api(page, "/gaps")).state === "ready", 120);
    const gap = (await api(page, "/gaps")).items.find(aboutVouchers);
    assert.equal(gap?.kind, "undocumented");
    const shown = page.getByTestId("gaps").locator(".pattern", { hasText: "voucher" }).first();
    await shown.getByText("Nothing approved documents this.").waitFor();
    await shown.getByRole("img", { name: /requests in the last 13 weeks/ }).waitFor();
    await shown.getByRole("button", { name: "Show the tickets" }).click();
    await shown.locator("a.line").nth(5).waitFor();

    await shown.getByRole("button", { name: "Draft an article" }).click();
    await shown.getByLabel("Source").first().click();
    await page.getByRole("option", { name: /Ledger help centre/ }).click();
    await shown.getByRole("button", { name: "Draft it" }).click();
    await page.getByText("Which tickets each line comes from").waitFor();
    const address = page.url();
    const body = (await api(page, address.split("/knowledge")[1].replace(/^/, "/articles"))).body;
    assert.ok(body.includes("Settings > Accounts > New"), body);
    for (const name of ["Maeve", "Priscilla", "Inês", "Fernhill Support"]) assert.ok(!body.includes(name), `${name}: ${body}`);
    assert.ok((await page.locator(".origins dd a").count()) >= 6, "every line names its tickets");
    assert.equal(await page.getByRole("button", { name: /^Approve/ }).count(), 0, "only the owner lets it speak");

    const owner = await another(page, "Inês");
    await owner.goto(address);
    await owner.getByText("Which tickets each line comes from").waitFor();
    await owner.getByRole("button", { name: /^Approve/ }).click();
    await owner.getByText("No open draft rests on it").waitFor();

    await writeAsCustomer(page, `Gift vouchers ${Date.now()}`, "Hello,\n\nhow do I book a gift voucher that was sold, and which account does it belong to?\n\nThank you");
    await page.getByTestId("draft-text").waitFor({ timeout: 60_000 });
    const ticket = await api(page, `/tickets/${new URL(page.url()).pathname.split("/").pop()}`);
    assert.ok(ticket.answer.draft.body.includes("Settings > Accounts > New"), ticket.answer.draft.body);
    const id = new URL(address).pathname.split("/").pop();
    const cited = ticket.answer.passages.filter((one) => ticket.answer.draft.sentences.some((s) => s.citations.includes(one.citation)));
    assert.ok(cited.some((one) => one.article_id === id), "the draft rests on the new article");

    await page.goto(`${base}/patterns`);
    await page.getByRole("button", { name: "Count again" }).click();
    await eventually("the gap is closed", async () => !(await api(page, "/gaps")).items.some((one) => aboutVouchers(one) && one.kind === "undocumented"), 60);
    const pattern = (await api(page, "/patterns")).items.find((one) => aboutVouchers({ pattern: one }));
    assert.ok(pattern.sources.some((one) => one.article_id === id), "the article is named as what answers it");
  });
});

test("a search that opens nothing becomes a gap", async () => {
  await onDesk(async (page) => {
    const words = `zeppelin parking ${Date.now() % 1000}`;
    await page.goto(`${base}/search?q=${encodeURIComponent(words)}`);
    const kept = await page.waitForResponse((response) => response.url().endsWith("/api/v1/searches"));
    assert.equal(kept.status(), 201);
    assert.ok((await kept.json()).id, "it is kept");
  });
});

test("patterns fit a phone and speak German", async () => {
  await onDesk(async (page) => {
    await page.evaluate(() => localStorage.setItem("countersign.language", "de"));
    for (const path of ["/patterns", "/patterns?tab=patterns"]) {
      await page.goto(base + path);
      await page.getByRole("heading", { level: 1, name: "Muster und Lücken" }).waitFor();
      await eventually("requests are counted", async () => (await api(page, "/gaps")).state === "ready", 120);
      await page.locator(path === "/patterns" ? ".pattern, .state" : ".pattern").first().waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), path);
    }
  }, { viewport: { width: 360, height: 800 } });
});
