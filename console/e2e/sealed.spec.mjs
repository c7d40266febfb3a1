import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk, openReady, reviewButton, signButton } from "./desk.mjs";

test("a draft of the machine is blocked when its customer turns AI off, and the reason stands there", async () => {
  await onDesk(async (page) => {
    await openReady(page, 4);
    const set = (ai) => page.evaluate(async ([ticket, choice]) => {
      const { customer } = await (await fetch(`/api/v1/tickets/${ticket}`)).json();
      const response = await fetch(`/api/v1/requesters/${customer.id}/ai`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ai: choice }) });
      return response.status;
    }, [new URL(page.url()).pathname.split("/").pop(), ai]);
    // The page still shows the draft; the change comes from elsewhere.
    await page.route("**/api/v1/events", (route) => route.abort());
    assert.equal(await set("out"), 200);
    await reviewButton(page).click();
    await page.getByTestId("sealed").waitFor();
    await page.locator('.check[data-state="block"]', { hasText: "AI is off" }).waitFor();
    await page.waitForTimeout(600);
    assert.ok(await signButton(page).isDisabled(), "nothing to sign");
    await page.keyboard.press("Shift+S");
    await page.getByTestId("sealed").getByRole("button", { name: /^Back/ }).click();
    assert.equal(await set("default"), 200);
  });
});

test("a sealed view that is too old says so and signs nothing", async () => {
  await onDesk(async (page) => {
    await openReady(page, 5);
    await page.route("**/seal", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), expires_at: new Date(Date.now() + 1500).toISOString() } });
    });
    await reviewButton(page).click();
    await page.getByText("This view is too old to sign.").waitFor();
    assert.ok(await signButton(page).isDisabled());
    await page.unroute("**/seal");
    await page.getByTestId("sealed").getByRole("button", { name: /^Back/ }).click();
    await reviewButton(page).click();
    await page.getByTestId("sealed").waitFor();
    await page.waitForTimeout(1800);
    assert.equal(await page.getByText("This view is too old to sign.").count(), 0, "reviewing again is enough");
  });
});
