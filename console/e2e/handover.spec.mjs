import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, base, onDesk, reviewButton, signButton, until } from "./desk.mjs";

/** Signs in as one of the demo's people. */
async function as(name, journey) {
  await onDesk(async (page) => {
    await page.getByRole("button", { name: new RegExp(`^Sign in as ${name}`) }).click();
    await page.locator(".ticket-row").first().waitFor();
    await journey(page);
  }, { signedIn: false });
}

/** Asks the server from the page, as its own scripts do. */
const ask = (page, method, path, body) => page.evaluate(async ([m, p, b]) => {
  const headers = b === null ? {} : { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
  const answer = await fetch(`/api/v1${p}`, { method: m, headers, body: b === null ? null : JSON.stringify(b) });
  if (!answer.ok) throw new Error(`${m} ${p}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}, [method, path, body ?? null]);

/** A customer writes; the ticket is there once it was sorted. */
async function customerAsks(page, subject, text) {
  await ask(page, "POST", "/demo/customer-mail", { from: "dev.malhotra@aldermoor.example", subject, text, reply_to_letter: null });
  return until(page, async (wanted) => {
    const { items } = await (await fetch("/api/v1/tickets?view=all&limit=100")).json();
    return items.find((one) => one.subject === wanted && one.draft !== "preparing")?.id;
  }, subject);
}

/** Writes a letter in the editor, over whatever was prepared. */
async function write(page, words) {
  await page.locator(".conversation").waitFor();
  const editor = page.getByTestId("draft-editor");
  if (await editor.count() === 0) {
    await page.locator(".ticket-head h1").click();
    await page.keyboard.press("r");
  }
  await editor.fill(words);
  await page.locator('.save-state[data-state="saved"]').waitFor();
}

async function send(page) {
  await reviewButton(page).click();
  await page.getByTestId("sealed").waitFor();
  await acknowledge(page);
  await signButton(page).click();
  await page.getByTestId("undo-bar").waitFor();
}

/** The customer answers the newest letter of a ticket, once it has left. */
async function customerAnswers(page, subject, text, after) {
  const letter = await until(page, async ([wanted, known]) => {
    const { items } = await (await fetch("/api/v1/tray")).json();
    const found = items.filter((one) => one.subject.includes(wanted) && !known.includes(one.id));
    return found[0]?.id;
  }, [subject, after]);
  await ask(page, "POST", "/demo/customer-mail", { from: "dev.malhotra@aldermoor.example", subject: `Re: ${subject}`, text, reply_to_letter: letter });
  return letter;
}

/** Gives the open ticket to a colleague. */
async function transfer(page, ticket, to, note) {
  await page.goto(`${base}/tickets/${ticket}`);
  await page.getByTestId("understood").or(page.locator(".conversation")).first().waitFor();
  await page.keyboard.press("Shift+M");
  const box = page.getByTestId("transfer");
  await box.getByLabel("To").selectOption({ label: to });
  await box.getByLabel(/^A word/).fill(note);
  await box.getByRole("button", { name: "Transfer" }).click();
  await box.waitFor({ state: "detached" });
}

/** Changes a ticket by the API, as often as the machine was faster. */
const change = (page, ticket, what) => until(page, async ([id, body]) => {
  const { revision } = await (await fetch(`/api/v1/tickets/${id}`)).json();
  const headers = { "Content-Type": "application/json", "If-Match": `"${revision}"` };
  return (await fetch(`/api/v1/tickets/${id}`, { method: "PATCH", headers, body: JSON.stringify(body) })).ok;
}, [ticket, what]);

/** Solves a ticket, so that other journeys do not meet it in the inbox. */
async function solve(page, ticket) {
  await page.goto(`${base}/tickets`);
  await change(page, ticket, { status: "solved" });
}

test("a ticket handed over twice asks nothing twice", async () => {
  const subject = `Badge reader at the door ${Date.now()}`;
  let ticket;
  const letters = [];
  const first = "Which firmware version does the reader show?";
  const second = "Which cable connects the reader to the gateway?";
  await as("Mara", async (page) => {
    ticket = await customerAsks(page, subject, "Hello,\n\nthe badge reader at our main door stopped reading cards this morning. I restarted the reader, no change.\n\nDev");
    // Where both colleagues of this journey work, whatever the machine makes of it meanwhile.
    await change(page, ticket, { queue: "triage" });
    await page.goto(`${base}/tickets/${ticket}`);
    await write(page, `Hello Dev,\n\n${first} I will send you the manual tomorrow.\n\nMara`);
    await send(page);
    letters.push(await customerAnswers(page, subject, "Hello,\n\nthe firmware version of the reader is 4.2.1.\n\nDev", letters));
    await until(page, async (id) => (await (await fetch(`/api/v1/tickets/${id}`)).json()).messages.length >= 3, ticket);
    await transfer(page, ticket, "Jonas Weber", "@Jonas Weber hardware, I think.");
  });

  await as("Jonas", async (page) => {
    await page.goto(`${base}/tasks`);
    await page.locator('li[data-kind="ticket_given"]', { hasText: subject }).waitFor();
    await page.locator('li[data-kind="mentioned"]', { hasText: subject }).first().waitFor();
    await page.goto(`${base}/tickets/${ticket}`);
    const over = page.getByTestId("hand-over");
    await over.getByText("Mara Lindqvist gave you this ticket.").waitFor();
    await over.getByText("I will send you the manual tomorrow.").waitFor();
    // The first question was answered: the page says so, and whoever takes over asks another one.
    await write(page, `Hello Dev,\n\n${first}\n\nJonas`);
    await page.getByTestId("repeated").getByText(/They answered this already/).waitFor();
    await write(page, `Hello Dev,\n\n${second}\n\nJonas`);
    await page.getByTestId("repeated").waitFor({ state: "detached" });
    await send(page);
    letters.push(await customerAnswers(page, subject, "Hello,\n\nthe cable that connects the reader to the gateway is the grey RS-485 cable.\n\nDev", letters));
    await until(page, async (id) => (await (await fetch(`/api/v1/tickets/${id}`)).json()).messages.length >= 5, ticket);
    await transfer(page, ticket, "Mara Lindqvist", "Back to you: firmware and cable are known.");
  });

  await as("Mara", async (page) => {
    await page.goto(`${base}/tickets/${ticket}`);
    const over = page.getByTestId("hand-over");
    await over.getByText("Jonas Weber gave you this ticket.").waitFor();
    const since = await over.getByText(/Since you last looked/).innerText();
    assert.match(since, /1 message/);
    assert.match(since, /1 reply \(Jonas Weber\)/);
    assert.match(since, /1 note \(Jonas Weber\)/);
    // Neither question can be asked again without being told.
    await write(page, `Hello Dev,\n\n${first} ${second}\n\nMara`);
    await page.getByTestId("repeated").getByText(/They answered this already/).nth(1).waitFor();
    assert.equal(await page.getByTestId("repeated").getByRole("listitem").count(), 2);
    await write(page, "Hello Dev,\n\nthank you, a new reader is on its way.\n\nMara");
    await page.getByTestId("repeated").waitFor({ state: "detached" });
    const written = await page.getByTestId("draft-editor").inputValue();
    assert.ok(!written.includes("?"), "nothing is asked a second time");
    // Her own promise from the first letter is still there to be answered for.
    const promise = page.getByTestId("promises");
    await promise.getByText("I will send you the manual tomorrow.").waitFor();
    await promise.getByRole("button", { name: "Yes, a promise" }).click();
    await promise.getByRole("button", { name: "Kept" }).click();
    await promise.waitFor({ state: "detached" });
    // A second look has nothing new.
    await page.goto(`${base}/tickets`);
    await page.goto(`${base}/tickets/${ticket}`);
    await page.locator(".conversation").waitFor();
    await page.waitForTimeout(1_500);
    assert.equal(await page.getByTestId("hand-over").count(), 0);
    await solve(page, ticket);
  });
});

test("a ticket is put off by keyboard, leaves the inbox, and comes back by undo and by hand", async () => {
  await onDesk(async (page) => {
    const subject = `Put off until later ${Date.now()}`;
    const ticket = await customerAsks(page, subject, "Hello,\n\nwhere do I find the invoice of last month?\n\nDev");
    const isIn = (view) => page.evaluate(async ([v, id]) => (await (await fetch(`/api/v1/tickets?view=${v}&limit=100`)).json()).items.some((one) => one.id === id), [view, ticket]);
    await page.goto(`${base}/tickets/${ticket}`);
    await page.locator(".conversation").waitFor();
    assert.equal(await isIn("inbox"), true);
    await page.keyboard.press("l");
    await page.getByTestId("snooze").getByRole("button", { name: /^Next (morning|week)/ }).first().click();
    await page.getByTestId("undo-bar").waitFor();
    assert.equal(await isIn("inbox"), false);
    assert.equal(await isIn("snoozed"), true);
    await page.keyboard.press("z");
    await page.getByTestId("undo-bar").waitFor({ state: "detached" });
    assert.equal(await isIn("inbox"), true);

    await page.goto(`${base}/tickets/${ticket}`);
    await page.locator(".conversation").waitFor();
    await page.keyboard.press("l");
    await page.getByTestId("snooze").getByRole("button", { name: "Until they write" }).click();
    await page.getByTestId("undo-bar").waitFor();
    await page.goto(`${base}/tickets/${ticket}?view=snoozed`);
    await page.getByTestId("snooze").getByText(/until the requester writes/).waitFor();
    await page.getByTestId("snooze").getByRole("button", { name: "Bring back" }).click();
    await page.getByTestId("snooze").waitFor({ state: "detached" });
    assert.equal(await isIn("inbox"), true);

    // Following is one key, and the view appears with it.
    await page.keyboard.press("f");
    await until(page, async (id) => (await (await fetch(`/api/v1/tickets/${id}`)).json()).followed, ticket);
    await page.goto(`${base}/tickets`);
    await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: /^Followed/ }).waitFor();
    assert.equal(await isIn("followed"), true);
    await solve(page, ticket);
  });
});
