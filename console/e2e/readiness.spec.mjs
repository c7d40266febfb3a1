import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk, until } from "./desk.mjs";
import { withDesk } from "./server.mjs";

const filled = (page) => until(page, async () => (await (await fetch("/api/v1/readiness")).json()).categories.some((one) => one.tickets > 300), null, 120);
const card = (page, key) => page.getByTestId(`ready-${key}`);
const state = (page, key) => page.evaluate(async (one) => (await (await fetch("/api/v1/readiness")).json()).categories.find((c) => c.key === one), key);

test("a category climbs one rung on evidence, and falls when a person confirms something severe", async () => {
  // A desk of its own: a severe case that another journey approves takes a category down.
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    await filled(page);
    await page.goto(`${at}/scorecard`);
    await page.getByRole("link", { name: "Readiness" }).click();
    await page.getByRole("heading", { level: 1, name: "Readiness" }).waitFor();
    const howto = card(page, "product.howto");
    await howto.getByText("ready", { exact: true }).waitFor();
    await howto.getByText(/Enough to believe it/).waitFor();
    assert.equal(await howto.locator('[data-answer="yes"]').count(), 6);
    // One that is not ready says what is missing, and offers no way up.
    const other = card(page, "technical.import");
    await other.waitFor();
    assert.equal(await other.getByRole("button", { name: /Take it up/ }).count(), 0);

    // A pilot: one product is kept lower in that category, and the whole stays where it is.
    const choose = async (name) => {
      await page.getByRole("combobox", { name: "Which tickets" }).click();
      await page.getByRole("option", { name, exact: true }).click();
    };
    await choose("relay");
    await page.getByText(/for this part alone/).waitFor();
    await other.getByRole("button", { name: "Take it down" }).click();
    await other.getByText("for relay", { exact: true }).waitFor();
    await other.getByRole("textbox", { name: "Why" }).fill("Relay changes next month.");
    await other.getByRole("button", { name: "Take the step" }).click();
    await page.getByTestId("ready-steps").getByText(/\(for relay\): drafts inside the team/).waitFor();
    await choose("All tickets");
    await other.getByText("Pilot for relay: drafts inside the team").waitFor();
    const kept = await state(page, "technical.import");
    assert.deepEqual([kept.rung, kept.pilots], ["drafts", [{ queue: null, product: "relay", rung: "drafts_inside" }]]);

    await howto.getByRole("button", { name: "Take it up to “standing approvals”" }).click();
    await howto.getByRole("textbox", { name: "Why" }).fill("Half a year of drafts shows it.");
    await howto.getByRole("button", { name: "Take the step" }).click();
    const dialog = page.getByRole("dialog", { name: "Is it you?" });
    await dialog.getByLabel("Your password").fill("countersign");
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await page.getByTestId("ready-steps").getByText(/Half a year of drafts shows it/).waitFor();
    assert.equal((await state(page, "product.howto")).rung, "standing_approvals");

    // Something severe is confirmed: a case of one of its tickets.
    const planted = await page.evaluate(async () => {
      const ask = async (method, path, body) => {
        const answer = await fetch(`/api/v1${path}`, { method, headers: body ? { "content-type": "application/json" } : {}, body: body ? JSON.stringify(body) : undefined });
        return answer.status === 204 ? null : { status: answer.status, body: await answer.json() };
      };
      const all = (await ask("GET", "/tickets?limit=100")).body.items;
      const refused = [];
      const of = (text) => (/^category: /m.test(text) ? text.replace(/^category: .*$/m, "category: product.howto") : text.replace(/^messages:$/m, "category: product.howto\nmessages:"));
      for (const line of all) {
        const taken = await ask("POST", `/tickets/${line.id}/eval-case`, { failure: "wrong_fact", severity: "severe" });
        if (taken.status !== 201) { refused.push(taken.body.detail); continue; }
        return (await ask("POST", `/eval-cases/${taken.body.id}/approval`, { text: of(taken.body.text) })) ?? "approved";
      }
      return `no case could be taken of ${all.length} tickets: ${refused.join(" ")}`;
    });
    assert.equal(planted, "approved");
    await page.reload();
    await card(page, "product.howto").getByText(/fell after a severe failure/).waitFor();
    const fell = await state(page, "product.howto");
    assert.deepEqual([fell.rung, fell.cause], ["drafts", "severe_failure"]);
  }, { at }));
});

test("readiness fits a phone and speaks German", async () => {
  await onDesk(async (page) => {
    await filled(page);
    await page.evaluate(() => localStorage.setItem("countersign.language", "de"));
    await page.goto(`${base}/readiness`);
    await page.getByRole("heading", { level: 1, name: "Reife" }).waitFor();
    await card(page, "product.howto").waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
  }, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
});
