// What the journeys share: a browser, a page that is signed in, and ways to say things shortly.
import { chromium } from "playwright-core";

export const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Runs one journey in its own browser profile; page errors and policy violations fail it. */
export async function onDesk(journey, { viewport = { width: 1366, height: 768 }, colorScheme = "light", signedIn = true, at = base, javaScriptEnabled = true } = {}) {
  const browser = await chromium.launch({ executablePath, args });
  try {
    const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB", javaScriptEnabled });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => { if (/Content Security Policy/i.test(message.text())) faults.push(message.text()); });
    const refused = [];
    page.on("response", (answer) => { if (answer.status() >= 400) refused.push(`${answer.request().method()} ${new URL(answer.url()).pathname} ${answer.status()}`); });
    await page.goto(`${at}/`);
    try {
      if (signedIn) await signIn(page);
      await journey(page);
    } catch (error) {
      // Whoever reads this was not there: where the page stood, what it said aloud and what the desk refused.
      const said = await page.locator('[role="alert"], [role="status"]').allInnerTexts().catch(() => []);
      error.message += `\nat ${page.url()}; said: ${said.map((text) => text.trim()).filter(Boolean).join(" | ") || "nothing"}; refused: ${refused.slice(-5).join(", ") || "nothing"}`;
      throw error;
    }
    if (faults.length > 0) throw new Error(`the page reported: ${faults.join("; ")}`);
  } finally {
    await browser.close();
  }
}

/** Takes the first demo account. */
export async function signIn(page) {
  await page.getByRole("button", { name: /^Sign in as / }).first().click();
  await page.getByRole("list").first().waitFor();
  await page.locator(".ticket-row").first().waitFor();
}

/** Opens the n-th ticket whose draft is ready, leaving the newcomer's own ticket alone. */
export async function openReady(page, n = 0) {
  await page.goto(`${base}/tickets`);
  const row = page.locator(".ticket-row", { has: page.locator('[data-state="ready"]'), hasNotText: "Start here" }).nth(n);
  // A desk that just started answers before its drafts are prepared.
  await row.waitFor({ timeout: 90_000 });
  await row.click();
  await page.getByTestId("draft-text").waitFor();
}

export const reviewButton = (page) => page.getByRole("button", { name: /^Review and send/ });
export const signButton = (page) => page.getByRole("button", { name: /^Sign and send/ });
export const undoButton = (page) => page.getByTestId("undo-bar").getByRole("button", { name: /^Undo/ });

/** Ticks every warning, as a careful person would after reading it. */
export async function acknowledge(page) {
  let actions = 0;
  for (const box of await page.getByTestId("sealed").getByRole("checkbox").all()) {
    await box.check();
    actions += 1;
  }
  return actions;
}

/** Asks in the page, twice a second, until the answer is one; the browser's own waiting takes a promise for an answer. */
export async function until(page, question, given = null, seconds = 60) {
  for (let tries = 0; tries < seconds * 2; tries += 1) {
    const answer = await page.evaluate(question, given);
    if (answer) return answer;
    await page.waitForTimeout(500);
  }
  throw new Error(`no answer within ${seconds} s: ${question}`);
}
