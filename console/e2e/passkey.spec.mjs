import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, base, onDesk, reviewButton, signButton, until } from "./desk.mjs";

// Browsers bind passkeys to names, and only to pages with TLS or of this machine.
const named = base.replace("127.0.0.1", "localhost");

/** The policy of a ticket's category asks for the password or a passkey from now on; returns how to give the old text back. */
const askForMore = (page, ticketId) => page.evaluate(async (id) => {
  const ticket = await (await fetch(`/api/v1/tickets/${id}`)).json();
  const path = `/api/v1/policies/operating_model/${ticket.category.key}`;
  const old = await (await fetch(path)).json();
  const { agent } = await (await fetch("/api/v1/session")).json();
  const put = async (body, version) => {
    const response = await fetch(path, { method: "PUT", headers: { "Content-Type": "application/json", "If-Match": `"${version}"` }, body: JSON.stringify({ body, owner: agent.id, review_by: "2027-06-01", note: "journey" }) });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()).version;
  };
  const body = /^confirm\s*=/m.test(old.body) ? old.body.replace(/^confirm\s*=.*$/m, 'confirm = "password"') : `confirm = "password"\n${old.body}`;
  return { ticketId: id, draftId: ticket.answer.draft.id, path, version: await put(body, old.version), body: old.body, owner: agent.id };
}, ticketId);

const giveBack = (page, { path, version, body, owner }) => page.evaluate(async ([to, seen, text, who]) => {
  await fetch(to, { method: "PUT", headers: { "Content-Type": "application/json", "If-Match": `"${seen}"` }, body: JSON.stringify({ body: text, owner: who, review_by: "2027-06-01", note: "journey over" }) });
}, [path, version, body, owner]);

test("a passkey stands in for the password where a case asks for more than being signed in", async () => {
  await onDesk(async (page) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    await page.goto(`${named}/settings`);
    const keys = page.getByTestId("passkeys");
    await keys.getByRole("button", { name: "Register a passkey" }).click();
    await keys.getByLabel("Name").fill("Journey key");
    await keys.getByLabel("Your password").fill("countersign");
    await keys.getByRole("button", { name: "Register", exact: true }).click();
    await keys.getByText("Journey key").waitFor();

    // One that is sorted, so that there is a policy to ask for more, and that nobody wrote in: a person's words stay as they are under every policy.
    const ticketId = await until(page, async () => {
      const { items } = await (await fetch("/api/v1/tickets?view=inbox&limit=100")).json();
      for (const one of items.filter((item) => item.draft === "ready" && !item.subject.includes("Start here")).slice(2)) {
        const ticket = await (await fetch(`/api/v1/tickets/${one.id}`)).json();
        const { draft } = ticket.answer;
        if (ticket.category && draft?.state === "open" && draft.revision === 1 && draft.origin !== "agent") return one.id;
      }
      return null;
    });
    await page.goto(`${named}/tickets/${ticketId}`);
    // A desk that is still filling may sort it once more and prepare its draft anew.
    await page.getByTestId("draft-text").waitFor({ timeout: 60_000 });
    const before = await askForMore(page, ticketId);
    try {
      // Under another policy the machine prepares its draft anew.
      await until(page, async ([id, old]) => {
        const { answer } = await (await fetch(`/api/v1/tickets/${id}`)).json();
        return answer.state === "ready" && answer.draft && answer.draft.id !== old;
      }, [before.ticketId, before.draftId]);
      await page.reload();
      await page.getByTestId("draft-text").waitFor();
      await reviewButton(page).click();
      const sealed = page.getByTestId("sealed");
      await sealed.getByRole("button", { name: "Use a passkey" }).waitFor();
      await acknowledge(page);
      await page.waitForTimeout(500);
      assert.ok(await signButton(page).isDisabled(), "being signed in is not enough here");
      await sealed.getByRole("button", { name: "Use a passkey" }).click();
      await sealed.getByText("Confirmed with your passkey.").waitFor();
      const approved = page.waitForResponse((one) => one.url().endsWith("/approval"));
      await signButton(page).click();
      const { approval_id: approval } = await (await approved).json();
      const provenance = await page.evaluate(async (id) => (await fetch(`/api/v1/approvals/${id}/provenance`)).json(), approval);
      assert.ok(JSON.stringify(provenance).includes('"passkey"'), "the way is recorded");
    } finally {
      await giveBack(page, before);
    }
    await page.goto(`${named}/settings`);
    await keys.getByRole("button", { name: "Remove" }).click();
    await keys.getByRole("button", { name: "Remove" }).click();
    await keys.getByText("Journey key").waitFor({ state: "detached" });
  }, { at: named });
});

test("at a numbered address the page says why passkeys cannot be used", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/settings`);
    await page.getByTestId("passkeys").getByText("Passkeys need this desk under its name").waitFor();
  });
});
