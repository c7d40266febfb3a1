import { chromium } from "playwright-core";
const at = process.argv[2], out = process.argv[3];
const b = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu"] });
async function open(viewport, colorScheme) {
  const ctx = await b.newContext({ viewport, colorScheme, locale: "en-GB" });
  const p = await ctx.newPage(); p.setDefaultTimeout(20000);
  p.on("pageerror", e => console.log("pageerror", e.message));
  await p.goto(at + "/");
  await p.getByRole("button", { name: /^Sign in as / }).first().click();
  await p.locator(".ticket-row").first().waitFor();
  return p;
}
const steps = (await import(process.argv[4])).default;
await steps({ open, out, at });
await b.close();
