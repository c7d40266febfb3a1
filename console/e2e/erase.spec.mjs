import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { addPerson, eventually, withDesk } from "./server.mjs";

test("who has the whole desk erases a requester after typing the address, and nothing of them is found", async () => {
  await withDesk({ config: "" }, (at, folder) => onDesk(async (page) => {
    const [email, password] = ["ada@fernhill.example", "a long enough passphrase"];
    addPerson(folder, "Ada Quill", email, "admin", password);
    const enter = (body) => fetch("/api/v1/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }).then((answer) => answer.status);
    assert.ok((await page.evaluate(enter, { email, password })) < 300);
    const subject = "Same event delivered twice, bug?";
    const find = (wanted) => fetch("/api/v1/tickets?limit=100").then((answer) => answer.json()).then(({ items }) => items.find((one) => one.subject === wanted)?.id);
    // A desk that just started takes its mail in one by one.
    const id = await eventually("their mail is a ticket", () => page.evaluate(find, subject));
    await page.goto(`${at}/tickets/${id}`);
    await page.getByRole("heading", { level: 1, name: subject }).waitFor();
    await page.getByRole("button", { name: /^Customer/ }).click();
    await page.getByRole("button", { name: "Erase this person" }).click();

    const erase = page.getByRole("button", { name: "Erase for good" });
    const typed = page.getByRole("textbox", { name: "Type theo@tidepool.example to confirm" });
    await page.getByText("leave this desk for good").waitFor();
    assert.ok(await erase.isDisabled(), "nothing is typed yet");
    await typed.fill("theo@tidepool.exampl");
    assert.ok(await erase.isDisabled(), "a letter is missing");
    await page.getByRole("button", { name: "Cancel" }).click();
    await typed.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Erase this person" }).click();
    await typed.fill("Theo@tidepool.example ");
    await erase.click();
    const dialog = page.getByRole("dialog", { name: "Is it you?" });
    await dialog.getByLabel("Your password").fill(password);
    await dialog.getByRole("button", { name: "Confirm" }).click();
    // Files are written anew before the answer.
    await page.getByText(/^Erased, with /).first().waitFor({ timeout: 60_000 });
    await page.goto(`${at}/tickets`);
    await page.locator(".ticket-row").first().waitFor();
    await page.getByText("Theo Marchetti").waitFor({ state: "detached" });
    await page.goto(`${at}/search?q=tidepool`);
    await page.getByText("haunted").waitFor({ state: "detached" });
    assert.equal(await page.getByText(subject).count(), 0);
  }, { signedIn: false, at }));
});

test("a lead of some queues is not offered to erase anybody", async () => {
  await onDesk(async (page) => {
    await page.locator(".ticket-row").first().click();
    await page.getByRole("button", { name: /^Customer/ }).click();
    await page.getByLabel("AI for this person's tickets").first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Erase this person" }).count(), 0);
  });
});
