import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";

test("a mail written as a customer is read, sorted and given sources", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/tray`);
    await page.getByRole("button", { name: "Write as a customer" }).click();
    await page.getByRole("combobox", { name: "From" }).click();
    await page.getByRole("option").first().click();
    const subject = `Retries of failed webhooks ${Date.now()}`;
    await page.getByLabel("Subject").fill(subject);
    await page.getByLabel("Text").fill("Hello,\n\nhow many attempts does Relay make when our endpoint is down, and how long are events parked?\n\nThank you");
    await page.getByRole("button", { name: "Post it" }).click();
    await page.getByTestId("arrived").waitFor({ timeout: 60_000 });
    assert.ok((await page.getByTestId("arrived").getByRole("listitem").count()) > 0, "sources are named");
    await page.getByRole("link", { name: "Open the ticket" }).click();
    await page.getByRole("heading", { level: 1, name: subject }).waitFor();
    await page.getByTestId("understood").waitFor();
    await page.locator(".source").first().waitFor();
  });
});
