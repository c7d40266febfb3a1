// One letter from a real mailbox to a real mailbox, with a person in between and nothing beside it.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { test } from "node:test";
import { acknowledge, onDesk, reviewButton, signIn } from "./desk.mjs";
import { asSent, deskConfig, deskSecrets, everyMailbox, mailsOf, missingServers, readLetter, sendBySwaks, watchServer } from "./mail.mjs";
import { eventually, withDesk } from "./server.mjs";

const customer = "marcus.thiele@briefkasten.example";
const question = "Hello,\n\nsince this morning our bank shows BANK-207 in Ledger. How do I renew the consent of the bank?\n\nThanks";

const missing = missingServers();
const skip = missing !== null && process.env.CI !== "true" && missing;

test("a mail sent by swaks comes back answered after a person signed in the browser, and nothing else leaves", { skip }, async () => {
  assert.equal(missing, null);
  const run = randomUUID().replaceAll("-", "");
  const address = `support@d${run}.fernhill.example`;
  const asked = { from: customer, to: address, subject: `Bank consent ${run.slice(0, 8)}`, messageId: `${run}@briefkasten.example`, text: question };
  const before = everyMailbox();
  const known = mailsOf(customer).length;
  const moved = watchServer();

  await withDesk({ config: deskConfig(address), secrets: deskSecrets() }, async (at) => {
    await onDesk(async (page) => {
      await signIn(page);
      await openFromInbox(page, asked);
      const shown = await writeAndSeal(page, `I wrote this by hand: ${run.slice(0, 6)}, grüße.`);
      assert.deepEqual(everyMailbox(), { ...before, [address]: 1 }, "nothing leaves before a person signs");
      await signByItsOwnKey(page);
      const letter = await eventually("the reply in the customer's mailbox", () => mailsOf(customer)[known]);
      checkLetter(letter, shown, asked);
      await page.goto(shown.url);
      const reply = page.locator('.message[data-direction="outbound"]', { hasText: "signed by" });
      await reply.getByRole("button").first().click();
      await reply.locator(".letter-text", { hasText: shown.added }).waitFor();
    }, { at, signedIn: false });
    // Whatever else would leave has left by now: the delivery loop looks every 0.4 s.
    await new Promise((done) => setTimeout(done, 3000));
  });
  assert.deepEqual(moved(), [`${address} sent`, `${customer} sent`], "the mail server moved the question and its answer");
  assert.deepEqual(everyMailbox(), { ...before, [address]: 1, [customer]: known + 1 }, "no other mailbox changed");
});

/** The mail turns up in the open inbox without a reload; a person opens it and looks at a source. */
async function openFromInbox(page, asked) {
  const row = page.locator(".ticket-row", { hasText: asked.subject });
  assert.equal(await row.count(), 0);
  // Under a reader's hand the rows stay where they are, and news is only counted.
  await page.locator(".list").hover();
  sendBySwaks(asked);
  await page.locator(".news").click({ timeout: 60_000 });
  await row.click();
  await page.locator("[data-newest]", { hasText: "BANK-207" }).waitFor();
  await page.getByTestId("draft-text").waitFor({ timeout: 120_000 });
  await page.locator('.sentence[data-support="supported"]').first().hover();
  await page.locator(".source[data-lit]").first().waitFor();
}

/** Adds a sentence and opens the sealed view; returns what a person sees there. */
async function writeAndSeal(page, added) {
  const url = page.url();
  await page.getByRole("button", { name: /^Edit/ }).click();
  const editor = page.getByTestId("draft-editor");
  await editor.fill(`${await editor.inputValue()}\n\n${added}`);
  await page.locator('.save-state[data-state="saved"]').waitFor();
  await reviewButton(page).click();
  const sealed = page.getByTestId("sealed");
  await sealed.waitFor();
  const body = await page.getByTestId("sealed-body").evaluate((one) => one.textContent);
  assert.ok(body.includes(added), body);
  const pairs = await sealed.locator("dl.headers > div").evaluateAll((rows) => rows.map((row) => [row.querySelector("dt").textContent, row.querySelector("dd").textContent]));
  const [, digest] = pairs.pop();
  return { url, added, body, headers: pairs, digest };
}

/** The keys that opened the view send nothing; the one on the button does. */
async function signByItsOwnKey(page) {
  await acknowledge(page);
  await page.waitForTimeout(500);
  await page.getByTestId("sealed").focus();
  for (const key of ["Enter", "Space", "Control+Enter"]) await page.keyboard.press(key);
  await page.waitForTimeout(300);
  assert.ok(await page.getByTestId("sealed").isVisible() && (await page.getByTestId("undo-bar").count()) === 0, "not signed yet");
  await page.getByTestId("sealed").focus();
  await page.keyboard.press("Shift+S");
  await page.getByTestId("undo-bar").waitFor();
}

function checkLetter(bytes, shown, asked) {
  const { all, text } = readLetter(bytes);
  const one = (name) => {
    assert.equal(all(name).length, 1, `${name}: ${all(name)}`);
    return all(name)[0];
  };
  const host = asked.to.split("@")[1];
  assert.equal(one("In-Reply-To"), `<${asked.messageId}>`);
  assert.equal(one("References"), `<${asked.messageId}>`);
  assert.match(one("List-Id"), new RegExp(`^Ticket (\\d+) <ticket-\\1\\.${host}>$`));
  assert.equal(one("X-Loop"), asked.to);
  assert.deepEqual([all("Auto-Submitted"), all("Bcc"), all("Precedence")], [[], [], []], "a person sent it, to one reader");
  assert.equal(one("AI-Assisted"), "drafted; edited by a person");
  assert.equal(one("To"), asked.from);
  assert.ok(one("From").endsWith(`<${asked.to}>`) && one("Message-ID").endsWith(`@${host}>`), one("From"));
  assert.equal(one("Subject"), `Re: ${asked.subject}`);
  assert.equal(text.trimEnd(), shown.body.trimEnd(), "the customer reads what the sealed view showed");
  for (const [name, value] of shown.headers) assert.equal(one(name), value, `${name} as the sealed view showed it`);
  assert.equal(digestOf(asked.to, asked.from, asSent(bytes)), shown.digest, "these are the very bytes that were signed");
}

/** The digest of `letter::digest` in crates/outbox, over sender, recipient and bytes, made again from what arrived. */
function digestOf(sender, recipient, mime) {
  const hash = createHash("sha256");
  for (const field of ["countersign/outbound/1", sender, recipient, mime].map((one) => Buffer.from(one))) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(field.length));
    hash.update(length).update(field);
  }
  return hash.digest("hex");
}
