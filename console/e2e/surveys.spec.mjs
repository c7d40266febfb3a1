import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, onDesk, reviewButton, signButton } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

test("a customer without a script answers by one click, a low rating brings a person back to the ticket", async () => {
  await withDesk({ config: "[desk]\nundo_seconds = 0\n\n[surveys]\nafter_hours = 0\n" }, async (at) => {
    let link = "";
    let ticket = "";
    await onDesk(async (page) => {
      const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
      const [ready] = await eventually("a draft is ready", async () => {
        const { items } = await api("/tickets?view=all&limit=100");
        const found = items.filter((one) => one.draft === "ready" && !one.subject.includes("Start here"));
        return found.length > 0 && found;
      }, 120);
      ticket = ready.id;
      await page.goto(`${at}/tickets/${ticket}`);
      await page.getByTestId("draft-text").waitFor();
      await reviewButton(page).click();
      await page.getByTestId("sealed").waitFor();
      await acknowledge(page);
      await signButton(page).click();
      link = await eventually("the question left", async () => {
        for (const { id, subject } of (await api("/tray")).items) {
          if (!subject.startsWith("How did it go?") && !subject.startsWith("Wie lief es?")) continue;
          return JSON.stringify(await api(`/tray/${id}`)).match(/\/survey\/[\w-]+/)?.[0];
        }
        return undefined;
      }, 120);
    }, { at });

    await onDesk(async (page) => {
      await page.goto(`${at}${link}?lang=en`);
      await page.getByRole("heading", { level: 1, name: /How did it go/ }).waitFor();
      await page.getByRole("button", { name: /^2 · Badly/ }).click();
      await page.getByText("Thank you, that is noted.").waitFor();
      await page.getByRole("radio", { name: /5 · a lot/ }).check();
      await page.getByLabel("In your own words, if you like").fill("I had to ask twice.");
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("button", { name: /^2 · Badly ✓/ }).waitFor();
      assert.equal(await page.getByLabel("In your own words, if you like").inputValue(), "I had to ask twice.");
    }, { at, signedIn: false, javaScriptEnabled: false, viewport: { width: 390, height: 844 } });

    await onDesk(async (page) => {
      await page.goto(`${at}/tickets/${ticket}`);
      const said = page.getByTestId("survey");
      await said.getByText("Rated 2 of 5").waitFor();
      await said.getByText("I had to ask twice.").waitFor();
      await said.getByRole("button", { name: "Seen to" }).click();
      await said.getByText(/seen to by/).waitFor();
      await page.goto(`${at}/insights`);
      await page.getByRole("link", { name: "The week" }).click();
      await page.getByRole("heading", { level: 1, name: "The week" }).waitFor();
      await page.getByTestId("digest").getByText("Low ratings").first().waitFor();
      await page.getByText("Check the proposed eval cases", { exact: false }).waitFor();
    }, { at });
  });
});
