import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

/** Signs in as the n-th account of a role. */
async function become(page, at, role, n = 0) {
  const { items } = await (await page.request.get(`${at}/api/v1/demo/accounts`)).json();
  const account = items.filter((one) => one.role === role)[n];
  const { email, password } = account;
  const answer = await page.request.post(`${at}/api/v1/session`, { data: { email, password }, headers: { origin: at } });
  assert.equal(answer.status(), 201, await answer.text());
  return account;
}

test("a draft that an agent turned down is judged by a lead in five keys and Enter, who is not told whose it is", async () => {
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
    await become(page, at, "agent");
    const drafts = await eventually("two drafts are ready", async () => {
      const { items } = await api("/tickets?view=all&limit=100");
      const ready = items.filter((one) => one.draft === "ready");
      return ready.length > 1 && ready.slice(0, 2);
    }, 120);
    for (const ticket of drafts) {
      const page_ = await api(`/tickets/${ticket.id}`);
      const answer = await page.request.post(`${at}/api/v1/drafts/${page_.answer.draft.id}/rejection`, { data: {}, headers: { origin: at } });
      assert.equal(answer.status(), 204);
    }

    await become(page, at, "lead");
    await page.goto(`${at}/insights`);
    await page.getByRole("link", { name: "Second looks" }).click();
    await page.getByRole("heading", { level: 1, name: "Second looks" }).waitFor();
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByRole("button", { name: "Draw 10 texts now" }).click();
    const form = page.getByTestId("review-form");
    await form.waitFor();
    const started = Date.now();
    const words = await page.getByTestId("review-words").innerText();
    assert.ok(words.length > 20 && !(await page.getByTestId("reviews").innerText()).includes("assembled"), words);
    for (const key of ["1", "1", "1", "1"]) await page.keyboard.press(key);
    await page.keyboard.press("2");
    await form.getByRole("group", { name: "How bad is what is wrong?" }).waitFor();
    await page.keyboard.press("Backspace");
    await page.keyboard.press("1");
    await page.keyboard.press("Enter");
    await page.getByText("1 wait for you").waitFor();
    await form.waitFor();
    assert.ok(Date.now() - started < 60_000);

    // The second one is wrong: how bad, and what.
    for (const key of ["3", "2", "1", "1", "3"]) await page.keyboard.press(key);
    await form.getByRole("group", { name: "How bad is what is wrong?" }).waitFor();
    await page.keyboard.press("2");
    await form.getByRole("group", { name: "What is wrong?", exact: true }).waitFor();
    await page.keyboard.press("1");
    await form.getByRole("button", { name: "Send and next" }).click();
    await page.getByText("Nothing waits for you").waitFor();
    await page.getByTestId("review-categories").getByRole("row").nth(1).waitFor();
    await page.getByTestId("review-agreement").getByText("too few, 20 are needed").first().waitFor();
  }, { at, signedIn: false }));
});
