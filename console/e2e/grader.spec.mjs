import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { countersign, eventually, freePort, withDesk } from "./server.mjs";

/** An endpoint that drafts from the first passage, and says no to every statement. */
async function withModel(use) {
  const port = await freePort();
  const asked = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => {
      asked.push(body);
      const content = body.includes("You check one statement") ? { verdict: "no", quote: "" } : { sentences: [{ text: /\[1\] ([^\\]+)/.exec(body)?.[1] ?? "Yes", cite: [1] }], questions: [], refuse: null };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ choices: [{ message: { content: JSON.stringify(content) }, finish_reason: "stop" }] }));
    });
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  try {
    await use(`[model]\nbase_url = "http://127.0.0.1:${port}/v1"\nname = "small-2"\nregion = "here"\nallow_private = true\n`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a lead sees what the grading model's word counts for, and has the eval cases drafted by the model too", async () => {
  await withModel((config, asked) => withDesk({ config }, (at, folder) => onDesk(async (page) => {
    const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
    const send = async (path, data) => {
      const answer = await page.request.post(`${at}/api/v1${path}`, { data, headers: { origin: at } });
      assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
      return answer.status() === 204 ? null : answer.json();
    };
    await page.goto(`${at}/reviews`);
    await page.getByTestId("review-grader").getByText(/^small-2 was never asked what reviewers were asked/).waitFor();
    assert.throws(() => countersign(folder, "eval", "grader"), /Nobody reviewed a text yet/);
    assert.equal(asked.filter((body) => body.includes("You check one statement")).length, 0);

    const ticket = await eventually("a draft is ready in a category", async () => {
      const { items } = await api("/tickets?view=all&limit=100");
      return items.find((one) => one.draft === "ready" && one.category);
    }, 240);
    const one = await send(`/tickets/${ticket.id}/eval-case`, { failure: "missed_question", severity: "severe" });
    const text = one.text.replace(/\nexpect:[\s\S]*$/, "\n");
    await send(`/eval-cases/${one.id}/approval`, { text: `${text.trimEnd()}\nexpect:\n  reply: written\n  graded:\n    - Says what to do first.\n` });

    await page.goto(`${at}/gates`);
    const ask = page.getByTestId("ask-model");
    await ask.getByText("The eval cases were judged without small-2 as it is set up now.").waitFor();
    await ask.getByRole("button", { name: /^Ask the model too \(at most 1 requests, about \d+ min\)$/ }).click();
    const line = page.getByTestId("gates").getByRole("listitem").filter({ hasText: "Eval cases drafted by the model" });
    await line.getByText("holds", { exact: true }).waitFor();
    await ask.waitFor({ state: "detached" });
    const { customer } = await api(`/tickets/${ticket.id}`);
    assert.ok(customer.email.includes("@") && asked.every((body) => !body.includes(customer.email)), "the gate");
  }, { at })));
});
