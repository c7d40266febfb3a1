import { createHmac } from "node:crypto";
import { test } from "node:test";
import { base, onDesk } from "./desk.mjs";

/** What an authenticator app shows for a secret in base32. */
function code(secret, at = Date.now()) {
  const bits = [...secret].map((one) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const tag = createHmac("sha1", key).update(step).digest();
  return String((tag.readUInt32BE(tag[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const signInAs = async (page, who) => {
  await page.getByRole("button", { name: `Sign in as ${who}`, exact: false }).click();
  await page.getByRole("navigation").first().waitFor();
};

/** The question that stands before what changes rights. */
async function prove(page) {
  const dialog = page.getByRole("dialog", { name: "Is it you?" });
  await dialog.getByLabel("Your password").fill("countersign");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.waitFor({ state: "detached" });
}

test("an administrator invites somebody, who comes in by the link, once", async () => {
  await onDesk(async (page) => {
    const email = `nina${Date.now() % 1_000_000}@fernhill.example`;
    await signInAs(page, "Alex Morgan");
    await page.goto(`${base}/settings/people`);
    await page.getByRole("heading", { level: 1, name: "People" }).waitFor();
    await page.getByRole("button", { name: "Invite somebody" }).click();
    await page.getByLabel("Full name, as customers read it").fill("Nina Berg");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Make the link" }).click();
    await prove(page);
    const link = await page.getByTestId("invitation-link").innerText();

    const guest = await (await page.context().browser().newContext({ locale: "en-GB" })).newPage();
    guest.setDefaultTimeout(15_000);
    await guest.goto(link);
    await guest.getByText("Welcome, Nina Berg.").waitFor();
    await guest.getByLabel("Password, at least 8 characters").fill("a long password");
    await guest.getByRole("button", { name: "Keep it and go to sign in" }).click();
    await guest.getByLabel("E-mail address").fill(email);
    await guest.locator('input[type="password"]').fill("a long password");
    await guest.getByRole("button", { name: "Sign in", exact: true }).click();
    await guest.getByRole("navigation").first().waitFor();
    const again = await (await page.context().browser().newContext({ locale: "en-GB" })).newPage();
    await again.goto(link);
    await again.getByText("This invitation is not good any more.").waitFor();

    // Switched off, she is out at once.
    await page.reload();
    await page.getByRole("button", { name: "Change Nina Berg's account" }).first().click();
    await page.getByRole("menuitem", { name: "Switch off" }).click();
    await page.getByTestId("accounts").getByText("switched off").first().waitFor();
    await guest.waitForURL(/sign-in/, { timeout: 15_000 });
  }, { signedIn: false });
});

test("a second factor is set up by its secret and asked for at the door; a lost phone is no wall", async () => {
  await onDesk(async (page) => {
    await signInAs(page, "Sam Whitlock");
    await page.goto(`${base}/settings`);
    const box = page.getByTestId("second-factor");
    await box.getByRole("button", { name: "Set it up" }).click();
    await prove(page);
    const secret = (await box.getByTestId("secret").innerText()).replace(/\s/g, "");
    await box.getByRole("img", { name: "QR code of the secret" }).waitFor();
    await box.getByRole("textbox", { name: "Code" }).fill(code(secret));
    await box.getByRole("button", { name: "Turn it on" }).click();
    await box.getByText("Keep these recovery codes").waitFor();
    const recovery = await box.locator(".recovery-codes code").first().innerText();
    await page.getByTestId("sessions").getByText("this one").waitFor();

    const door = await (await page.context().browser().newContext({ locale: "en-GB" })).newPage();
    door.setDefaultTimeout(15_000);
    await door.goto(`${base}/`);
    await door.getByLabel("E-mail address").fill("sam@fernhill.example");
    await door.locator('input[type="password"]').fill("countersign");
    await door.getByRole("button", { name: "Sign in", exact: true }).click();
    await door.getByLabel("Code").fill("000000");
    await door.getByRole("button", { name: "Sign in", exact: true }).click();
    await door.getByText("This code is not right").waitFor();
    await door.getByLabel("Code").fill(recovery);
    await door.getByRole("button", { name: "Sign in", exact: true }).click();
    await door.getByRole("navigation").first().waitFor();

    await page.reload();
    await page.getByTestId("sessions").getByText("with a recovery code").waitFor();
    await page.getByTestId("sessions").getByRole("button", { name: "Sign out" }).first().click();
    await door.waitForURL(/sign-in/, { timeout: 15_000 });
    await box.getByRole("button", { name: "Remove" }).click();
    await box.getByRole("button", { name: "Remove" }).click();
    await box.getByRole("button", { name: "Set it up" }).waitFor();
  }, { signedIn: false });
});
