// The form of one script tag, in a page of another site: two servers, as it is in life.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { onDesk, until } from "./desk.mjs";
import { freePort, withDesk } from "./server.mjs";

/** A company's own page with the tag in it, lent at its address. */
async function withSite(port, tag, use) {
  const page = `<!doctype html><html lang="en"><title>Lamps</title><h1>Our lamps</h1>${tag}</html>`;
  const server = createServer((_, answer) => answer.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page));
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  try {
    await use(`http://127.0.0.1:${port}/`);
  } finally {
    server.close();
  }
}

test("a site that is named shows the form and a request comes in; another shows nothing", async () => {
  const [desk, named, other] = [await freePort(), await freePort(), await freePort()];
  const config = `[desk]\naddress = "http://127.0.0.1:${desk}"\n[portal]\nform_origins = ["http://127.0.0.1:${named}"]\n`;
  const tag = `<script src="http://127.0.0.1:${desk}/embed.js" data-lang="de"></script>`;
  await withDesk({ config, port: desk }, async (at) => {
    await onDesk(async (page) => {
      const site = await page.context().newPage();
      await withSite(named, tag, async (address) => {
        await site.goto(address);
        const form = site.frameLocator("iframe");
        await form.locator("textarea").fill("Die Lampe im Flur blinkt rot.");
        await form.locator("input[type=email]").fill("flur@harbour.example");
        await form.locator("button").first().click();
        await form.getByText(/#\d+/).waitFor();
        assert.equal(await form.locator("html").getAttribute("lang"), "de");
      });
      const found = await until(page, async () => {
        const { items } = await (await fetch("/api/v1/tickets?view=all&q=from:flur@harbour.example")).json();
        return items[0]?.requester.email;
      });
      assert.equal(found, "flur@harbour.example");

      const stranger = await page.context().newPage();
      await withSite(other, tag, async (address) => {
        await stranger.goto(address);
        await stranger.locator("iframe").waitFor();
        await stranger.waitForLoadState("networkidle");
        assert.equal(await stranger.frameLocator("iframe").locator("textarea").count(), 0, "the browser shows it nowhere else");
      });
    }, { at });
  });
});
