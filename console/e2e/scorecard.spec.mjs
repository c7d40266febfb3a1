import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk, until } from "./desk.mjs";

const filled = (page) => until(page, async () => (await (await fetch("/api/v1/scorecard")).json()).generated > 3000, null, 120);

test("a lead sees each figure beside its trap, narrows it, opens what stands behind it and takes the rows along", async () => {
  await onDesk(async (page) => {
    await filled(page);
    await page.goto(`${base}/insights`);
    await page.getByRole("link", { name: "Scorecard" }).click();
    await page.getByRole("heading", { level: 1, name: "Scorecard" }).waitFor();
    const acceptance = page.getByTestId("score-acceptance");
    await acceptance.getByText(/^\d\d%$/).first().waitFor();
    for (const trap of ["Characters changed", "Meaning changed", "Waved through"]) await acceptance.locator("dt", { hasText: trap }).waitFor();
    await page.getByTestId("score-containment").getByText(/Healthy desks: 60% to 80%/).waitFor();
    await acceptance.getByRole("button", { name: "Show the tickets of: Drafts that left" }).click();
    await acceptance.getByText(/tickets count here; the newest:/).waitFor();

    // Told apart by category, and one of them alone: how people read is not told of a part.
    await page.getByRole("combobox", { name: "Told apart by" }).click();
    await page.getByRole("option", { name: "category" }).click();
    const row = page.getByTestId("score-groups").getByRole("row", { name: /^Payments/ });
    const before = await page.getByText(/tickets that ended, from/).innerText();
    await row.getByRole("button", { name: "Payments" }).click();
    await page.getByRole("button", { name: /^Only Payments/ }).waitFor();
    await page.waitForFunction((text) => !document.body.innerText.includes(text), before.split(" ")[0]);
    assert.equal(await page.getByTestId("score-review_seconds").count(), 0);

    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "All rows as CSV" }).click()]);
    assert.equal(file.suggestedFilename(), "outcomes.csv");

    // How queues stand now: a number opens the tickets it counts.
    const number = page.getByTestId("queues-now").getByRole("link", { name: /^Technical: Wait for us: \d+$/ });
    const open = Number((await number.getAttribute("aria-label")).split(": ")[2]);
    assert.ok(open > 0);
    await number.click();
    await page.waitForURL(/\/tickets\?view=all&q=is%3Aopen/);
    await page.locator(".ticket-row").first().waitFor();
  });
});

test("the scorecard fits a phone and speaks German", async () => {
  await onDesk(async (page) => {
    await filled(page);
    await page.evaluate(() => localStorage.setItem("countersign.language", "de"));
    await page.goto(`${base}/scorecard`);
    await page.getByRole("heading", { level: 1, name: "Kennzahlen" }).waitFor();
    await page.getByTestId("score-cards").waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
  }, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
});
