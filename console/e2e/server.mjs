// A demo desk of a journey's own, when the shared one will not do.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const binary = process.env.COUNTERSIGN ?? join(root, "target/debug/countersign");

/** Runs another command beside the desk in this folder; gives what it said. */
export const countersign = (folder, ...words) =>
  execFileSync(binary, [...words, "--config", join(folder, "desk.toml"), "--data", join(folder, "data")], { cwd: root, encoding: "utf8" });

/** Adds somebody of every queue, with this password. */
export const addPerson = (folder, name, email, role, password) =>
  execFileSync(binary, ["user", "add", name, email, "--role", role, "--config", join(folder, "desk.toml"), "--data", join(folder, "data")], { cwd: root, input: `${password}\n`, encoding: "utf8" });

export const freePort = () => new Promise((resolve, reject) => {
  const probe = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Starts `countersign demo` in an empty folder with this configuration, lends its address and folder, stops it. */
export async function withDesk({ config, secrets = {}, port }, use) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-desk-"));
  const file = join(folder, "desk.toml");
  writeFileSync(file, config);
  const address = `127.0.0.1:${port ?? await freePort()}`;
  const child = spawn(binary, ["demo", "--config", file, "--data", join(folder, "data"), "--listen", address], { cwd: root, env: { ...process.env, ...secrets } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => { said += part; });
  const gone = new Promise((resolve) => child.once("error", (error) => { said += error.message; resolve(); }).once("exit", resolve));
  try {
    await answering(`http://${address}/`, child, () => said);
    await use(`http://${address}`, folder);
  } finally {
    child.kill("SIGTERM");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answering(url, child, said) {
  const end = Date.now() + 120_000;
  while (!(await fetch(url).then((response) => response.ok, () => false))) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > end) throw new Error(`the desk does not answer: ${said()}`);
    await pause(200);
  }
}

/** Asks again until there is an answer. */
export async function eventually(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(200);
  }
}
