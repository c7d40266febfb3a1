import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { withDesk } from "./server.mjs";

test("a lead erases a requester after typing the address, and nothing of them is found", async () => {
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    await page.getByRole("button", { name: "Sign in as Mara", exact: false }).click();
    await page.locator(".ticket-row").first().waitFor();
    const row = page.locator(".ticket-row", { hasText: "Same event delivered twice" });
    await row.click();
    await page.getByRole("heading", { level: 1, name: "Same event delivered twice, bug?" }).waitFor();
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
    await page.getByText(/^Erased, with /).waitFor();
    await page.goto(`${at}/tickets`);
    await page.locator(".ticket-row").first().waitFor();
    await page.getByText("Theo Marchetti").waitFor({ state: "detached" });
    await page.goto(`${at}/search?q=tidepool`);
    await page.getByText("haunted").waitFor({ state: "detached" });
    assert.equal(await page.getByText("Same event delivered twice").count(), 0);
  }, { signedIn: false, at }));
});
