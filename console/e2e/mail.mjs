// The real mail servers of scripts/services.sh, as a customer and an observer see them: a letter
// is handed in by swaks, a mailbox is read over IMAP, and everything that moved is counted.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const given = (name) => process.env[`COUNTERSIGN_TEST_${name}`] ?? "";
const needed = ["IMAP_HOST", "IMAP_PORT", "IMAP_PASSWORD", "SMTP_HOST", "SMTP_PORT", "MAILDIRS", "MAIL_LOG"];

/** Why there can be no journey through real mail here; null when there can. */
export function missingServers() {
  const missing = needed.filter((name) => given(name) === "").map((name) => `COUNTERSIGN_TEST_${name}`);
  return missing.length === 0 ? null : `${missing.join(", ")} not set: start Dovecot and Postfix with scripts/services.sh`;
}

/** A desk's configuration between these servers, with a mailbox of its own. */
export const deskConfig = (address) => `
[desk]
undo_seconds = 2
[mail]
address = "${address}"
[mail.imap]
host = "${given("IMAP_HOST")}"
port = ${given("IMAP_PORT")}
tls = "plaintext"
user = "${address}"
[mail.smtp]
host = "${given("SMTP_HOST")}"
port = ${given("SMTP_PORT")}
tls = "plaintext"
`;

/** Secrets of that configuration. */
export const deskSecrets = () => ({ COUNTERSIGN_IMAP_PASSWORD: given("IMAP_PASSWORD") });

/** Sends a mail as a customer's program would. */
export function sendBySwaks({ from, to, subject, messageId, text }) {
  const data = [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Message-ID: <${messageId}>`, `Date: ${new Date().toUTCString()}`, "", text, ""].join("\n");
  const where = ["--server", given("SMTP_HOST"), "--port", given("SMTP_PORT"), "--from", from, "--to", to];
  try {
    execFileSync("swaks", [...where, "--data", "-", "--silent", "2"], { input: data });
  } catch (error) {
    throw new Error(error.code === "ENOENT" ? "swaks is not installed; run: apt-get install swaks" : `swaks could not send: ${error.message}`);
  }
}

function imap(address, path, ...more) {
  const url = `imap://${given("IMAP_HOST")}:${given("IMAP_PORT")}/INBOX${path}`;
  return execFileSync("curl", ["--silent", "--show-error", "--user", `${address}:${given("IMAP_PASSWORD")}`, ...more, url]);
}

/** Every mail of an address as its owner's program gets it: exact bytes. */
export function mailsOf(address) {
  const found = imap(address, "", "--request", "UID SEARCH ALL").toString();
  const numbers = (found.match(/^\* SEARCH(.*)$/m)?.[1] ?? "").trim().split(/\s+/).filter(Boolean);
  return numbers.map((uid) => imap(address, `/;UID=${uid}`));
}

const entries = (folder) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** How many mails lie in each mailbox of the server, whoever's it is. */
export function everyMailbox() {
  const counts = {};
  for (const domain of entries(given("MAILDIRS"))) {
    for (const local of entries(join(given("MAILDIRS"), domain))) {
      const mails = ["new", "cur"].flatMap((part) => entries(join(given("MAILDIRS"), domain, local, "Maildir", part)));
      if (mails.length > 0) counts[`${local}@${domain}`] = mails.length;
    }
  }
  return counts;
}

const log = () => readFileSync(given("MAIL_LOG"), "utf8").split("\n");

/** Starts listening to the mail server; the answer tells every delivery and refusal since, in order. */
export function watchServer() {
  const begun = log().length - 1;
  return () => log().slice(begun).flatMap((line) => {
    const delivery = / to=<([^>]*)>.* status=(\w+)/.exec(line);
    if (delivery) return [`${delivery[1]} ${delivery[2]}`];
    return line.includes("reject: ") ? [line] : [];
  });
}

/** A mail's headers, unfolded, in order, and its text decoded. Only what the desk writes: one plain, quoted-printable text. */
export function readLetter(bytes) {
  const raw = bytes.toString("latin1");
  const cut = raw.indexOf("\r\n\r\n");
  const lines = raw.slice(0, cut).replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  const all = (name) => headers.filter(([one]) => one.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  if (!/^text\/plain; charset=utf-8$/i.test(all("Content-Type")[0] ?? "") || all("Content-Transfer-Encoding")[0] !== "quoted-printable") throw new Error(`not one plain text: ${raw.slice(0, cut)}`);
  const octets = raw.slice(cut + 4).replaceAll("=\r\n", "").replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return { headers, all, text: Buffer.from(octets, "latin1").toString("utf8").replaceAll("\r\n", "\n") };
}

/** The mail without what servers put in front of it on its way. */
export function asSent(bytes) {
  let rest = bytes.toString("latin1");
  const stamp = /^(?:Return-Path|Delivered-To|Received|X-Original-To):[^\r]*\r\n(?:[ \t][^\r]*\r\n)*/i;
  while (stamp.test(rest)) rest = rest.replace(stamp, "");
  return Buffer.from(rest, "latin1");
}
