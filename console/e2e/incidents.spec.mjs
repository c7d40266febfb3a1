import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

/** Opens each letter that has to be read, types the count, and sends. */
async function sendAll(page, letters) {
  await page.getByRole("button", { name: new RegExp(`^Review ${letters} letters`) }).click();
  const review = page.getByTestId("bulk-review");
  await review.waitFor({ timeout: 60_000 });
  const marked = review.locator(".bulk-line[data-sample]");
  for (let n = 0; n < (await marked.count()); n += 1) {
    await marked.nth(n).click();
    await marked.nth(n).getByLabel("read", { exact: true }).waitFor();
  }
  const counted = review.getByLabel("How many letters leave?");
  if (await counted.count()) await counted.fill(String(letters));
  const send = review.getByRole("button", { name: /^Sign and send/ });
  await eventually("the review is done", async () => !(await send.isDisabled()), 30);
  await send.click();
}

test("an incident in telemetry explains five open tickets within a minute; one key answers all five, stopped after two and resumed", async () => {
  await withDesk({ config: "[desk]\nundo_seconds = 3\n" }, (at) => onDesk(async (page) => {
    const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
    let incident;
    await eventually("an incident of five tickets", async () => {
      incident = (await api("/incidents")).items.find((one) => one.subject === "exports");
      return incident?.tickets === 5;
    }, 60);
    const { linked } = await api(`/incidents/${incident.id}`);
    await eventually("their drafts are done", async () => {
      const tickets = await Promise.all(linked.map((one) => api(`/tickets/${one.ticket_id}`)));
      return tickets.every((one) => one.answer.state !== "preparing");
    }, 120);

    await page.goto(`${at}/tickets/${linked[0].ticket_id}`);
    await page.getByTestId("cause").or(page.locator(".assist-section")).first().waitFor();
    await page.keyboard.press("t");
    await page.getByTestId("cause").first().getByText("worker lost its lease").first().waitFor();
    await page.getByTestId("cause").first().getByRole("button", { name: "Right" }).click();
    await page.getByText(/marked it right/).waitFor();

    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await page.getByTestId("incidents").getByRole("link").first().click();
    await page.getByTestId("incident").getByText("Proposed", { exact: true }).first().waitFor();
    await page.keyboard.press("o");
    await page.getByTestId("incident").locator('.incident-status[data-status="open"]').first().waitFor();
    await page.keyboard.press("b");
    await page.getByRole("heading", { name: "One reply to 5 tickets" }).waitFor();
    await page.getByRole("textbox", { name: "Text" }).fill("Hello {{requester.first_name|there}},\n\nexports work again. Your ticket is #{{ticket.number}}.");
    await page.getByRole("button", { name: /^Prepare/ }).click();

    await sendAll(page, 5);
    await page.getByText(/^2 of 5 have left$/).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.locator(".bulk-stage[data-stage=stopped]").waitFor();
    assert.equal(await page.locator('.bulk-table tr[data-state="sent"]').count(), 2);
    await sendAll(page, 3);
    await page.locator(".bulk-stage[data-stage=done]").waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('.bulk-table tr[data-state="sent"]').count(), 5);

    await page.goto(`${at}/flags`);
    await page.getByTestId("flags").getByText("worker lost its lease").waitFor();
  }, { at }));
});
