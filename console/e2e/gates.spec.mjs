import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

test("a broken operating model does not get in over a severe case; what is not severe a lead decides, and goes back with one click", async () => {
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
    const send = async (path, data) => {
      const answer = await page.request.post(`${at}/api/v1${path}`, { data, headers: { origin: at } });
      assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
      return answer.status() === 204 ? null : answer.json();
    };
    const ticket = await eventually("a draft is ready in a category", async () => {
      const { items } = await api("/tickets?view=all&limit=100");
      return items.find((one) => one.draft === "ready" && one.category);
    }, 240);
    const { category } = await api(`/tickets/${ticket.id}`);
    const key = category.key ?? category;
    const approve = async (one, severity) => {
      const text = one.text.replace(/^severity: .*$/m, `severity: ${severity}`).replace(/\nexpect:\n[\s\S]*$/, "\nexpect:\n  reply: written\n");
      await send(`/eval-cases/${one.id}/approval`, { text: text.includes("\nexpect:") ? text : `${text}\nexpect:\n  reply: written\n` });
    };
    const one = await send(`/tickets/${ticket.id}/eval-case`, { failure: "missed_question", severity: "severe" });
    await approve(one, "severe");

    // Severe: nothing is saved, and the case is named.
    await page.goto(`${at}/settings/policies/operating_model/${key}`);
    const text = page.getByRole("textbox", { name: "Text of the policy" });
    await page.getByText(/^1 eval cases would be run, in about \d+ s, with 0 requests to a model\.$/).waitFor();
    const good = await text.inputValue();
    const broken = good.replace(/^writing = .*$/m, 'writing = "nothing"');
    assert.notEqual(broken, good);
    const save = async (words) => {
      await text.fill(words);
      await page.getByRole("textbox", { name: "What changed and why" }).fill("Say nothing here");
      await page.getByRole("button", { name: "Save as new version" }).click();
    };
    await save(broken);
    await page.getByRole("alert").getByText(/severe eval cases would fail that hold today/).waitFor();

    // Major: it waits, the page shows what would fail, and a reason lets it hold.
    await approve(one, "major");
    await page.reload();
    await text.waitFor();
    await save(broken);
    await page.getByRole("link", { name: "Look at it" }).click();
    const gate = page.getByTestId("gate");
    await gate.getByText("Would fail:").waitFor();
    await gate.getByText(/reply: expected a draft/).waitFor();
    await gate.getByPlaceholder("Why it may hold all the same").fill("People answer these themselves now.");
    await gate.getByRole("button", { name: "Let it hold" }).click();
    await page.getByTestId("gates").getByText("holds", { exact: true }).first().waitFor();
    assert.match((await api(`/policies/operating_model/${key}`)).body, /writing = "nothing"/);

    // Back: what leaves the machine more asks who it is.
    await page.goto(`${at}/settings/policies/operating_model/${key}`);
    await page.getByRole("button", { name: "Roll back" }).click();
    await page.getByRole("button", { name: "Roll back" }).click();
    const proof = page.getByRole("dialog", { name: "Is it you?" });
    await proof.getByLabel("Your password").fill("countersign");
    await proof.getByRole("button", { name: "Confirm" }).click();
    await eventually("the old text holds again", async () => (await api(`/policies/operating_model/${key}`)).body === good, 30);

    // Two models side by side, made up and marked as that.
    await page.goto(`${at}/shadow`);
    await page.getByText(/of these pairs were generated for the demo\.$/).waitFor();
    await page.getByTestId("verdict").waitFor();
    await page.getByTestId("shadow-pair").first().getByRole("button").click();
    await page.getByTestId("shadow-pair").first().getByRole("heading", { name: "Candidate" }).waitFor();
  }, { at }));
});
