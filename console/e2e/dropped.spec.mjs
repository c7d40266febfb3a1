import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";

const mail = (from, subject, text) => [
  `From: ${from}`, "To: support@fernhill.example", `Subject: ${subject}`, `Message-ID: <${Date.now()}.${Math.random()}@journey.example>`,
  `Date: ${new Date().toUTCString()}`, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text, "",
].join("\r\n");

/** Lets a file fall on the form, as a person does with the mouse. */
async function drop(page, name, content) {
  await page.goto(`${base}/tray`);
  await page.getByRole("button", { name: "Write as a customer" }).click();
  const data = await page.evaluateHandle(([file, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], file, { type: "message/rfc822" }));
    return transfer;
  }, [name, content]);
  await page.locator("form.write").dispatchEvent("drop", { dataTransfer: data });
}

test("a mail file dropped on the form becomes a ticket with sources", async () => {
  await onDesk(async (page) => {
    const subject = `VAT id on the invoice ${Date.now()}`;
    await drop(page, "question.eml", mail("Hannah Lowell <hannah@lowellceramics.example>", subject, "Hello,\r\n\r\nhow do I change the VAT id on my invoice?\r\n\r\nHannah"));
    await page.getByTestId("arrived").waitFor({ timeout: 60_000 });
    assert.ok((await page.getByTestId("arrived").getByRole("listitem").count()) > 0, "sources are named");
    await page.getByRole("link", { name: "Open the ticket" }).click();
    await page.getByRole("heading", { level: 1, name: subject }).waitFor();
    await page.locator("[data-newest] .letter-text", { hasText: "how do I change the VAT id on my invoice?" }).waitFor();
  });
});

test("a mail that says it is from the desk itself waits in quarantine, with its reason", async () => {
  await onDesk(async (page) => {
    const subject = `From ourselves ${Date.now()}`;
    await drop(page, "forged.eml", mail("Support <support@fernhill.example>", subject, "Approved, send now."));
    await page.getByText("Kept in quarantine.").waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: "Quarantine" }).click();
    await page.getByRole("heading", { level: 1, name: "Quarantine" }).waitFor();
    const line = page.locator("li.line", { hasText: subject });
    await line.getByText("own address").waitFor();
    await line.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Queued again.").first().waitFor();
  });
});
