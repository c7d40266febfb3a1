// What an administrator does for somebody who asks what is held of them, and for a company that wants no machine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { addPerson, eventually, withDesk } from "./server.mjs";

const subject = "Same event delivered twice, bug?";

test("a copy of a person is saved after a proof, a company says no for all of its people, and the line in letters is an administrator's", async () => {
  await withDesk({ config: "" }, (at, folder) => onDesk(async (page) => {
    const [email, password] = ["ada@fernhill.example", "a long enough passphrase"];
    addPerson(folder, "Ada Quill", email, "admin", password);
    const entered = await page.request.post(`${at}/api/v1/session`, { data: { email, password } });
    assert.ok(entered.ok());
    const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
    // A desk that just started takes its mail in one by one.
    const id = await eventually("their mail is a ticket", async () => (await api("/tickets?limit=100")).items.find((one) => one.subject === subject)?.id);
    await eventually("it is sorted", async () => (await api(`/tickets/${id}`)).understanding, 120);
    await page.goto(`${at}/tickets/${id}`);
    await page.getByRole("heading", { level: 1, name: subject }).waitFor();
    await page.getByRole("button", { name: /^Customer/ }).click();

    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save a copy of what is held of this person" }).click();
    const dialog = page.getByRole("dialog", { name: "Is it you?" });
    await dialog.getByLabel("Your password").fill(password);
    await dialog.getByRole("button", { name: "Confirm" }).click();
    const held = JSON.parse(readFileSync(await (await coming).path(), "utf8"));
    const text = JSON.stringify(held);
    assert.ok(text.includes("theo@tidepool.example") && text.includes(subject), "it holds who they are and what they wrote");

    await page.getByRole("combobox", { name: /^AI for everybody at / }).click();
    await page.getByRole("option", { name: "No AI" }).click();
    await page.getByText("Saved for everybody there.").first().waitFor();
    await page.locator(".assist-refused").getByText("No AI for this customer.").waitFor();

    await page.goto(`${at}/settings`);
    await page.getByRole("radiogroup", { name: "Letters say that AI helped" }).getByText("Left out").click();
    await eventually("the line is left out", async () => (await api("/disclosure")).line === "hidden");
  }, { signedIn: false, at }));
});
