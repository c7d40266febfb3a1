import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { countersign, eventually, withDesk } from "./server.mjs";

test("a rejected draft becomes an approved case file that names nobody, in under a minute; a ticket becomes one by a key", async () => {
  await withDesk({ config: "" }, (at, folder) => onDesk(async (page) => {
    const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
    const ready = await eventually("two drafts are ready", async () => {
      const { items } = await api("/tickets?view=all&limit=100");
      const found = items.filter((one) => one.draft === "ready");
      return found.length > 1 && found;
    }, 120);
    const started = Date.now();
    await page.goto(`${at}/tickets/${ready[0].id}`);
    await page.getByTestId("draft-text").waitFor();
    await page.keyboard.press("d");
    await page.getByTestId("rejected").waitFor();
    await page.keyboard.press("1");
    await page.getByTestId("rejected").getByText("Noted: wrong fact.").waitFor();

    await page.keyboard.press("g");
    await page.keyboard.press("e");
    await page.getByRole("heading", { level: 1, name: "Eval cases" }).waitFor();
    await page.locator("button.line", { hasText: `#${ready[0].number} ` }).click();
    const text = page.getByLabel("The case as a file");
    const customer = (await api(`/tickets/${ready[0].id}`)).customer;
    const proposed = await text.inputValue();
    for (const named of [customer.email, customer.name]) assert.ok(!proposed.includes(named), `${named}: ${proposed}`);
    assert.match(proposed, /failure: wrong_fact\nfrom: rejected_draft/);
    await text.fill(proposed.replace(/\nexpect:\n[\s\S]*$/, "\nexpect:\n  reply: written\n  must_not_say:\n    - by return of post\n"));
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText("The case is in the suite.").first().waitFor();

    const cases = join(folder, "cases");
    assert.match(countersign(folder, "eval", "pull", cases), /1 new cases/);
    const [file] = readdirSync(cases);
    const kept = readFileSync(join(cases, file), "utf8");
    assert.ok(kept.includes("- by return of post") && !kept.includes(customer.email), kept);
    assert.ok(Date.now() - started < 60_000, `it took ${Date.now() - started} ms`);
    assert.match(countersign(folder, "eval", "run", cases), /1 of 1 cases held/);

    await page.goto(`${at}/tickets/${ready[1].id}`);
    await page.getByTestId("draft-text").waitFor();
    await page.locator(".ticket-head h1").click();
    await page.keyboard.press("Shift+E");
    await page.getByTestId("eval-case-box").getByLabel("How bad").selectOption("severe");
    await page.getByTestId("eval-case-box").getByRole("button", { name: "wrong tone" }).click();
    await page.getByTestId("eval-case").waitFor();
    assert.match(await text.inputValue(), /severity: severe\nfailure: wrong_tone\nfrom: by_hand/);
    await page.getByPlaceholder("Why: it counts no more, or you doubt it").fill("It was a joke.");
    await page.getByRole("button", { name: "Retire", exact: true }).click();
    await page.getByText("The case is retired.").first().waitFor();
    await page.getByRole("button", { name: "Retired", exact: true }).click();
    await page.locator("button.line").first().waitFor();
  }, { at }));
});

test("complaints about the company's own AI product stand under its name, with how people feel and their steps, and are fetched for its suite", async () => {
  await withDesk({ config: "" }, (at, folder) => onDesk(async (page) => {
    const copilot = async () => {
      const { items } = await page.request.get(`${at}/api/v1/eval-cases?state=proposed`).then((answer) => answer.json());
      const found = items.filter((one) => one.suite === "Relay Copilot");
      return found.length === 2 && found;
    };
    await eventually("both complaints of the demo are proposed", copilot, 120);
    await page.goto(`${at}/eval-cases`);
    const suites = page.getByRole("group", { name: "What the cases test" });
    await suites.getByRole("button", { name: "This desk" }).click();
    assert.equal(await page.locator("button.line", { hasText: "Relay Copilot" }).count(), 0);
    await suites.getByRole("button", { name: "Relay Copilot" }).click();
    const line = page.locator("button.line", { hasText: "paused the wrong endpoint" });
    await line.getByText(/Severe · wrong tool call · angry · Relay Copilot/).waitFor();
    await line.click();
    const steps = page.getByTestId("steps");
    await steps.getByText("It paused the endpoint of our warehouse instead of telling me.").waitFor();
    assert.equal(await steps.getByRole("listitem").count(), 3);
    await page.getByText("A case for Relay Copilot. It never judges this desk; its makers fetch it.").waitFor();
    const text = await page.getByLabel("The case as a file").inputValue();
    assert.ok(!text.includes("Bettina") && !text.includes("Kroll"), text);
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText("The case is in the suite.").first().waitFor();
    assert.match(countersign(folder, "eval", "pull", join(folder, "own")), /0 new cases[^]*1 cases of other suites \(Relay Copilot\)/);
    assert.match(countersign(folder, "eval", "pull", join(folder, "copilot"), "--suite", "Relay Copilot"), /1 new cases/);
    assert.equal(readdirSync(join(folder, "copilot")).length, 1);
  }, { at }));
});
