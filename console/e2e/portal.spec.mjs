// What a requester sees: no account, no script, a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { base, onDesk, until } from "./desk.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const phone = { viewport: { width: 390, height: 844 }, signedIn: false, javaScriptEnabled: false };
const address = `quilla${Date.now()}@harbour.example`;

/** The link in the newest letter to this address, as its reader would find it in their mailbox. */
async function linkInMail() {
  let link;
  await onDesk(async (page) => {
    const body = await until(page, async (to) => {
      const { items } = await (await fetch("/api/v1/tray")).json();
      for (const { id } of items) {
        const letter = await (await fetch(`/api/v1/tray/${id}`)).json();
        if (JSON.stringify(letter.to).includes(to)) return letter.body;
      }
      return null;
    }, address, 90);
    [link] = /http\S+\/portal\/\S+/.exec(body);
  });
  return link;
}

const fits = async (page) => {
  const widest = await page.locator("main").evaluate((main) => main.ownerDocument.documentElement.scrollWidth);
  assert.ok(widest <= 390, `the page is ${widest} wide`);
};

const picture = async (page, name) => {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
};

test("from the help centre to a person in two clicks, then reply, close, open again, talk to a person", async () => {
  await onDesk(async (page) => {
    await page.goto(`${base}/help`);
    await page.getByLabel("What do you need help with?").fill("change the VAT id on an invoice");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator(".found .words").first().waitFor();
    await fits(page);
    await picture(page, "help");
    // The two clicks.
    await page.getByRole("link", { name: "This did not help: ask a person" }).click();
    await page.getByLabel("Your mail address").fill(address);
    await picture(page, "ask");
    await page.getByRole("button", { name: "Send to a person" }).click();
    await page.getByText(/Its number is #\d+/).waitFor();
    await fits(page);
  }, phone);

  const link = await linkInMail();
  await onDesk(async (page) => {
    await page.goto(link);
    await page.getByText("I looked in the help centre for: change the VAT id on an invoice").waitFor();
    await page.getByLabel("Your message").fill("The second invoice is wrong too.");
    await page.getByLabel(/^Files/).setInputFiles({ name: "invoice.txt", mimeType: "text/plain", buffer: Buffer.from("VAT id: old") });
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("Your message has reached us.").waitFor();
    await page.getByText("The second invoice is wrong too.").waitFor();
    await page.getByText(/invoice\.txt \(1 KB\)/).waitFor();
    await fits(page);
    await picture(page, "request");
    await page.getByRole("button", { name: "This is solved, thank you" }).click();
    await page.getByText("State: Solved").waitFor();
    await page.getByRole("button", { name: "This is not solved" }).click();
    await page.getByText("State: Waiting for us").waitFor();
    await page.getByRole("button", { name: "Talk to a person" }).click();
    await page.getByText("You asked for a person.").waitFor();
    await page.getByText("I would like to talk to a person.").last().waitFor();
    await page.getByRole("link", { name: "Deutsch" }).click();
    await page.getByRole("button", { name: "Mit einem Menschen sprechen" }).waitFor();
    await page.getByRole("link", { name: "Ja oder nein zu KI bei Ihren Anfragen" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
  }, phone);

  for (const colorScheme of ["light", "dark"]) {
    await onDesk(async (page) => {
      for (const at of [link, `${base}/help`, `${base}/help?q=invoice`, `${base}/help/ask?q=invoice`]) {
        await page.goto(at);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const grave = violations.filter((one) => ["serious", "critical"].includes(one.impact));
        assert.deepEqual(grave.map((one) => `${at}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`), []);
        if (at === link) await picture(page, `request-${colorScheme}`);
      }
    }, { viewport: { width: 390, height: 844 }, signedIn: false, colorScheme });
  }
});
