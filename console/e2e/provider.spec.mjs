// Signing in through a real OpenID Connect provider, which stands on another site than the desk.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Provider } from "oidc-provider";
import { onDesk } from "./desk.mjs";
import { addPerson, freePort, withDesk } from "./server.mjs";

const PEOPLE = {
  jonas: { email: "jonas@fernhill.example", email_verified: true, name: "Jonas" },
  root: { email: "root@fernhill.example", email_verified: true, name: "Root" },
  hasty: { email: "alex@fernhill.example", email_verified: false, name: "Hasty" },
  stranger: { email: "stranger@elsewhere.example", email_verified: true, name: "Stranger" },
  invited: { email: "invited@fernhill.example", email_verified: true, name: "Invited" },
};

let server, issuer, deskPort;
before(async () => {
  deskPort = await freePort();
  server = createServer();
  await new Promise((done) => server.listen(0, "localhost", done));
  issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "desk", client_secret: "a secret: with odd & letters", redirect_uris: [`http://127.0.0.1:${deskPort}/api/v1/session/provider/return`] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
    cookies: { keys: ["for tests only"] },
    pkce: { required: () => true },
  });
  server.on("request", provider.callback());
});
after(() => new Promise((done) => server.close(done)));

const config = () => `[desk]
address = "http://127.0.0.1:${deskPort}"
[identity]
name = "Fernhill ID"
issuer = "${issuer}"
client_id = "desk"
allow_private = true
`;

/** What a person does on the provider's own pages. */
async function answerProvider(page, who) {
  await page.locator("input[name=login]").fill(who);
  await page.locator("input[name=password]").fill("whatever");
  await page.getByRole("button", { name: /sign-in/i }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/interaction/") || url.port === String(deskPort));
  if (new URL(page.url()).pathname.startsWith("/interaction/")) await page.getByRole("button", { name: /continue/i }).click();
}

async function signInAs(page, who, to = "") {
  await page.context().clearCookies();
  await page.goto(`http://127.0.0.1:${deskPort}/sign-in${to}`);
  await page.getByRole("link", { name: "Sign in with Fernhill ID" }).click();
  await answerProvider(page, who);
}

test("a real provider opens the desk to whom the desk knows, and to nobody else", async () => {
  await withDesk({ config: config(), secrets: { COUNTERSIGN_IDENTITY_SECRET: "a secret: with odd & letters" }, port: deskPort }, async (at, folder) => {
    addPerson(folder, "Root", "root@fernhill.example", "admin", "a good password");
    await onDesk(async (page) => {
      await signInAs(page, "jonas", "?to=/settings");
      await page.waitForURL(`${at}/settings`);
      await page.getByText("through the identity provider").first().waitFor();

      await signInAs(page, "hasty");
      await page.getByRole("alert").getByText("has not verified your address").waitFor();
      await signInAs(page, "stranger");
      await page.getByRole("alert").getByText("Nobody here signs in with this account").waitFor();
      await page.goto(`${at}/api/v1/session/provider/return?state=x&code=y`);
      await page.getByRole("alert").getByText("That attempt to sign in is over").waitFor();

      // What changes rights asks again; the provider's fresh word is a proof.
      await signInAs(page, "root", "?to=/settings/people");
      await page.waitForURL(`${at}/settings/people`);
      await page.getByRole("button", { name: "Invite somebody" }).click();
      await page.getByLabel("Full name, as customers read it").fill("Invited Person");
      await page.getByLabel("E-mail address").fill("invited@fernhill.example");
      await page.getByRole("button", { name: "Make the link" }).click();
      const dialog = page.getByRole("dialog", { name: "Is it you?" });
      const [there] = await Promise.all([page.waitForEvent("popup"), dialog.getByRole("link", { name: /Prove it with Fernhill ID/ }).click()]);
      await answerProvider(there, "root");
      await there.waitForURL(`${at}/settings`);
      await there.close();
      await dialog.getByRole("button", { name: "I have proved it there" }).click();
      await page.getByTestId("invitation-link").waitFor();

      await signInAs(page, "invited");
      await page.waitForURL(/\/tickets/);
      const session = await page.evaluate(() => fetch("/api/v1/session").then((r) => r.json()));
      assert.equal(session.agent.email, "invited@fernhill.example");
    }, { at, signedIn: false });
  });
});
