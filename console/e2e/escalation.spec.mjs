// A case that goes up at night: who is called, what they are given, how they answer. On a demo desk of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { onDesk } from "./desk.mjs";
import { eventually, withDesk } from "./server.mjs";

const MAIL = {
  from: "r.achterberg@aldermoor.example",
  subject: "Parcel tracking is dark again",
  text: `It is two in the morning and this is outrageous.

Since 01:10 UTC no event of ours is delivered from eu-west. 2,900 vans leave the depots at five and our dispatchers cannot work.

We restarted the consumers. No change. We renewed the signing secret, and the log still shows SIG-401.

We run Relay API version 4.2 in the region eu-west, project parcels-prod. Please tell us whether our events are being kept. Is this on your side?

We need an answer by tomorrow.

Rosalind Achterberg`,
};

/** A zone in which it is two in the night now, by its name; those of `Etc` count the other way round. */
function zoneOfNight(now = new Date()) {
  const ahead = ((2 - now.getUTCHours() + 36) % 24) - 12;
  return ahead === 0 ? "Etc/GMT" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

const api = (page, path) => page.request.get(new URL(`/api/v1${path}`, page.url()).href).then((answer) => answer.json());

/** Moves the desk's office to where it is night, as a lead does: a new version of the service levels. */
async function closeTheOffice(page, at) {
  await page.goto(`${at}/settings/policies/service/default`);
  const text = page.getByRole("textbox", { name: "Text of the policy" });
  await text.waitFor();
  await text.fill((await text.inputValue()).replace(/^zone = .*$/m, `zone = "${zoneOfNight()}"`));
  await page.getByRole("textbox", { name: "What changed and why" }).fill("The office moved");
  await page.getByRole("button", { name: "Save as new version" }).click();
  await page.getByRole("alert").getByText(/^Saved as version \d+\.$/).waitFor();
}

async function arrive(page, mail) {
  const sent = await page.request.post(new URL("/api/v1/demo/customer-mail", page.url()).href, { data: mail });
  const { mail_id: id } = await sent.json();
  const ticket = await eventually("the mail arrives", async () => (await api(page, `/mail/${id}`)).ticket_id, 120);
  await eventually("somebody is called", async () => (await api(page, `/tickets/${ticket}/escalations`)).cases[0]?.called, 120);
  return ticket;
}

test("an angry enterprise customer at two in the night reaches the person on call with a complete package", async () => {
  await withDesk({ config: "" }, (at) => onDesk(async (page) => {
    await closeTheOffice(page, at);
    const ticket = await arrive(page, MAIL);
    const { number } = await api(page, `/tickets/${ticket}`);

    // One mail calls the person, without a word of the case; another tells the customer when people read again.
    const letters = async () => (await api(page, "/tray")).items.filter((one) => one.subject.includes(`#${number}`));
    await eventually("both mails left", async () => (await letters()).length === 2);
    const call = (await letters()).find((one) => one.subject.startsWith("You are called"));
    assert.deepEqual(call.to ?? [], ["mara@fernhill.example"]);
    assert.ok((await letters()).some((one) => one.subject.startsWith("A person will answer you")));

    // The link of the call leads to the case; it says why it went up and who was called.
    await page.goto(`${at}/tickets/${number}`);
    const box = page.getByTestId("escalation");
    await box.getByText("Escalated, nobody took it yet.").waitFor();
    await box.getByText("Anger is enough alone. Nobody works now, so Person on call is called.").waitFor();
    await box.getByText("Called: mara@fernhill.example.").waitFor();

    // One key opens the package: what the receiver needs is there, in the customer's words.
    await page.getByRole("heading", { level: 1, name: MAIL.subject }).click();
    await page.keyboard.press("!");
    const parts = page.getByTestId("package");
    for (const [part, words] of [["Impact", "dispatchers cannot work"], ["Tried", "We restarted the consumers."], ["Environment", "version 4.2"], ["Wants", "whether our events are being kept"], ["Deadlines", "by tomorrow"]]) {
      await parts.locator("dl > div", { has: page.getByText(part, { exact: true }) }).getByText(words).first().waitFor();
    }
    assert.equal(await parts.getByText("The receiver asks for more than is known.").count(), 0);
    // What nobody said is named.
    await parts.getByText("Nothing was promised.").waitFor();
    await parts.getByRole("button", { name: "Close" }).click();

    // The receiver gives it back with a reason; somebody raises it again; it is taken.
    await box.getByRole("button", { name: "Give back" }).click();
    await box.getByLabel("What is missing?").fill("Which endpoint of the project?");
    await box.getByRole("button", { name: "Give back" }).last().click();
    await box.getByText("Given back.").waitFor();
    await box.getByText("Which endpoint of the project?").waitFor();
    await page.getByRole("heading", { level: 1, name: MAIL.subject }).click();
    await page.keyboard.press("!");
    await page.getByTestId("package").getByRole("button", { name: "Escalate now" }).click();
    await box.getByRole("button", { name: "Take it" }).click();
    await box.getByText("Escalated and taken.").waitFor();
    assert.equal((await api(page, `/tickets/${ticket}`)).assignee.name, "Mara Lindqvist");
    // Two answers, one of them a yes.
    const { accepted, returned } = await api(page, "/escalations");
    assert.deepEqual([accepted, returned], [1, 1]);
  }, { at }));
});
