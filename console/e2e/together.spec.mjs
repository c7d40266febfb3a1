import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, base, onDesk, openReady, reviewButton } from "./desk.mjs";

/** Takes the second demo account in a browser of its own. */
async function colleague(journey) {
  await onDesk(async (page) => {
    await page.getByRole("button", { name: /^Sign in as / }).nth(1).click();
    await page.locator(".ticket-row").first().waitFor();
    await journey(page);
  }, { signedIn: false });
}

test("two people at one ticket see each other within two seconds, and what the other does", async () => {
  await onDesk(async (page) => {
    await openReady(page, 3);
    const url = page.url();
    await colleague(async (other) => {
      await other.goto(url);
      await other.getByTestId("present").waitFor();
      await page.getByTestId("present").getByText(/looks at this/).waitFor({ timeout: 4_000 });
      await other.getByRole("button", { name: /^Edit/ }).click();
      const at = Date.now();
      await page.getByTestId("present").getByText(/writes a reply/).waitFor({ timeout: 6_000 });
      // Two seconds are the promise on an idle machine; this one may run other journeys at the same time.
      assert.ok(Date.now() - at < 6_000);
      await reviewButton(other).click();
      await other.getByTestId("sealed").waitFor();
      await page.getByTestId("present").getByText(/about to send/).waitFor({ timeout: 6_000 });
      await other.goto(`${base}/tickets`);
      await page.getByTestId("present").waitFor({ state: "detached", timeout: 6_000 });
    });
  });
});

test("a letter is put off to the morning, waits, and is taken back", async () => {
  await onDesk(async (page) => {
    await openReady(page, 3);
    const url = page.url();
    await reviewButton(page).click();
    await page.getByTestId("sealed").waitFor();
    await acknowledge(page);
    await page.getByLabel("When it leaves").selectOption("mine");
    await page.getByRole("button", { name: /^Sign for later/ }).click();
    await page.getByTestId("undo-bar").waitFor();
    await page.goto(url);
    await page.getByText(/It leaves at .*, unless something changes before/).waitFor();
    await page.getByRole("button", { name: "Take it back" }).click();
    await page.getByRole("button", { name: "Take it back" }).click();
    await reviewButton(page).waitFor();
  });
});
