import assert from "node:assert/strict";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";

test("a program can be given every right that is offered", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/settings`);
    const name = `Everything ${Date.now()}`;
    await page.getByRole("textbox", { name: "Name" }).fill(name);
    const rights = page.getByRole("group", { name: "Scopes" }).getByRole("checkbox");
    for (const right of await rights.all()) await right.check();
    await page.getByRole("button", { name: "Create token" }).click();
    await page.getByText("Shown once, copy it now").waitFor();
    const made = page.locator("li.line", { hasText: name });
    assert.match(await made.innerText(), /tickets:read, tickets:write, mail:write, record:read, knowledge:read, consent:write, telemetry:write, telemetry:read/);
    await made.getByRole("button", { name: "Revoke" }).click();
    await made.getByText("revoked").waitFor();
  });
});
