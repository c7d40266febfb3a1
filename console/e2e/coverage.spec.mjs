import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

test("a failure shows as a gap, and a doubted case waits for another person", async () => {
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    const api = (path) => page.request.get(`${at}/api/v1${path}`).then((answer) => answer.json());
    const ready = await eventually("a draft is ready", async () => {
      const { items } = await api("/tickets?view=all&limit=100");
      return items.find((one) => one.draft === "ready");
    }, 120);
    await page.goto(`${at}/insights`);
    await page.getByRole("link", { name: "Coverage" }).click();
    await page.getByRole("heading", { level: 1, name: "Coverage" }).waitFor();
    const counted = await eventually("the made-up half-year is counted", async () => {
      const shown = await api("/coverage");
      return shown.generated > 100 && shown.now.covered > 5 && shown;
    }, 180);
    assert.ok(counted.now.uncovered > 0 && counted.estimate.low < counted.estimate.high, JSON.stringify(counted.now));
    assert.equal(counted.trend.length, 26);
    await page.getByText("made up for this demo").first().waitFor({ timeout: 60_000 });
    const venn = page.getByRole("img", { name: /kinds? of failure without a case/ }).first();
    await venn.waitFor();

    // A person turns a draft down: a case that stands for one ticket.
    await page.goto(`${at}/tickets/${ready.id}`);
    await page.getByTestId("draft-text").waitFor();
    await page.keyboard.press("d");
    await page.getByTestId("rejected").waitFor();
    await page.keyboard.press("4");
    await page.getByTestId("rejected").getByText("Noted: wrong tone.").waitFor();
    const items = await eventually("the case is proposed", async () => {
      const listed = (await api("/eval-cases")).items;
      const turnedDown = listed.filter((one) => one.from === "rejected_draft");
      return turnedDown.length > 0 && turnedDown;
    }, 60);
    assert.equal(items[0].tickets, 1);

    // Doubted by a person, it is shown as doubted; the same person does not decide.
    await page.goto(`${at}/eval-cases?open=${items[0].id}`);
    await page.getByPlaceholder("Why: it counts no more, or you doubt it").fill("The tone was fine.");
    await page.getByRole("button", { name: "Challenge" }).click();
    await page.getByText("The doubt is noted; another person decides.").first().waitFor();
    await page.goto(`${at}/eval-cases?open=${items[0].id}`);
    await page.getByTestId("challenges").getByText("“The tone was fine.”").waitFor();
    await page.getByRole("button", { name: "Keep the case" }).click();
    await page.getByText("You challenged this case; another person decides.").first().waitFor();
  }, { at }));
});
