// Makes the pictures of docs/operate/what-it-shows.md again, from a demo desk of its own: `node e2e/pictures.mjs [NAME]`.
// Needs the built console, the binary (COUNTERSIGN) and Chromium (CHROMIUM); weights stand in the repository's models folder.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { eventually, withDesk } from "./server.mjs";

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const wide = { width: 980, height: 560 };
const phone = { width: 390, height: 760 };

const from = (email) => (one) => one.requester.email.startsWith(email);

/** Which ticket shows what. */
const pictures = [
  { name: "refund", is: from("tyler.bn@") },
  { name: "takeover", is: from("hector.ybarra@brightwater-energy") },
  { name: "angry", is: from("maeve@harbour-bakehouse") },
  { name: "enterprise", is: from("dev.malhotra@aldermoor") },
  { name: "developer", is: from("aarav@hexarobotics") },
  { name: "hidden", is: from("accounts@supplyhub-invoices") },
  { name: "no-source", is: from("amina@openhands") },
  { name: "contradiction", is: from("antonio@castanho") },
  { name: "rewrite", is: from("ingrid@nordlys-apps"), does: rewrite },
];

/** Opens the tools on the draft and asks for a difference. */
async function rewrite(page) {
  await page.getByRole("button", { name: "Rewrite" }).click();
  await page.getByTestId("rewrite").getByRole("button", { name: "More formal" }).click();
  await page.getByTestId("rewrite").locator("ins, del").first().waitFor();
}

const only = process.argv[2];

async function main(base) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    for (const [suffix, viewport, colorScheme] of [["", wide, "light"], ["-phone", phone, "dark"]]) {
      const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB" });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(`${base}/`);
      await page.getByRole("button", { name: /^Sign in as Mara/ }).first().click();
      await page.locator(".ticket-row").first().waitFor();
      const tickets = await eventually("every draft is prepared", () => page.evaluate(async () => {
        const all = [];
        for (let cursor = ""; cursor !== null;) {
          const part = await (await fetch(`/api/v1/tickets?view=all&limit=100&cursor=${cursor}`)).json();
          all.push(...part.items);
          cursor = part.next_cursor;
        }
        return all.some((one) => one.draft === "preparing") ? null : all.filter((one) => one.status !== "closed");
      }), 120);
      for (const picture of pictures.filter((one) => !only || one.name === only)) {
        const ticket = tickets.find(picture.is);
          if (!ticket) throw new Error(`no ticket for ${picture.name}`);
        await page.goto(`${base}/tickets/${ticket.id}`);
        await page.locator(".conversation").waitFor();
        await picture.does?.(page);
        await page.waitForTimeout(900);
        await page.screenshot({ path: join(folder, `case-${picture.name}${suffix}.png`) });
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

if (process.env.BASE_URL) await main(process.env.BASE_URL);
else await withDesk({ config: "" }, main);
