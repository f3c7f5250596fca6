// What the browser tests share: a server of their own in a temporary folder, people who log in, and waiting for conditions.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const binary = resolve(process.env.LOCKSTEP_BIN ?? join(here, "../../target/debug/lockstep"));
const browser_path = process.env.LOCKSTEP_BROWSER ?? "/usr/bin/chromium";
export const PASSWORD = "correct horse battery staple";
const READY_MS = 30_000;
/** More on a machine that has other work. */
export const WAIT_MS = Number(process.env.LOCKSTEP_E2E_WAIT_MS ?? 10_000);

export const ANA = "ana@demo.lockstep";
export const BEN = "ben@demo.lockstep";
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** So many times slower run the pages, to find what only holds on a quick machine. Best with a longer wait. */
const SLOW = Number(process.env.LOCKSTEP_E2E_SLOW ?? 1);

/** Polls until `check` gives something true, or fails saying what was waited for. */
export async function until(what, check, wait_ms = WAIT_MS) {
  const end = Date.now() + wait_ms;
  let last;
  for (;;) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${wait_ms} ms for ${what}; last: ${last}`);
    await new Promise((done) => setTimeout(done, 40));
  }
}

/** Below those that systems give to connections: nothing takes it while the server is away. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer();
    const free = await new Promise((done) => probe.once("error", () => done(false)).listen(port, "127.0.0.1", () => done(true)));
    if (!free) continue;
    await new Promise((done) => probe.close(done));
    return port;
  }
}

/** A server with the demo, on a port that it keeps when it is started again. */
export class Server {
  #folder = mkdtempSync(join(tmpdir(), "lockstep-e2e-"));
  #port = 0;
  #child;
  #lines = [];
  #flags;
  url = "";

  /** Flags of `serve` beside those of every test; `{port}` is its port. */
  constructor(flags = []) {
    this.#flags = flags;
  }

  async start() {
    this.#port ||= await freePort();
    const child = spawn(binary, ["serve", "--listen", `127.0.0.1:${this.#port}`, "--data-dir", this.#folder, ...this.#flags.map((flag) => flag.replace("{port}", String(this.#port)))], {
      env: { ...process.env, LOCKSTEP_DEMO_PASSWORD: PASSWORD },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.on("data", (data) => this.#lines.push(String(data)));
    this.url = await new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`not ready in ${READY_MS} ms:\n${this.log()}`)), READY_MS);
      createInterface({ input: child.stdout }).on("line", (line) => {
        this.#lines.push(`${line}\n`);
        const found = /is ready at (http:\S+)/.exec(line);
        if (!found) return;
        clearTimeout(timer);
        done(found[1].replace(/\/$/, ""));
      });
      child.once("exit", (code) => {
        clearTimeout(timer);
        fail(new Error(`the server ended with ${code}:\n${this.log()}`));
      });
    });
    return this;
  }

  /** Imports a board exported by Trello, given as an object; the server must not be running. */
  async importTrello(board) {
    const file = join(this.#folder, "board.json");
    writeFileSync(file, JSON.stringify(board));
    const child = spawn(binary, ["import", "trello", file, "--data-dir", this.#folder, "--email", ANA, "--organization", "Demo"], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        said += data;
      });
    }
    const code = await new Promise((done) => child.once("exit", done));
    if (code !== 0) throw new Error(`the import ended with ${code}:\n${said.slice(-2_000)}`);
  }

  log() {
    return this.#lines.join("").slice(-4_000);
  }

  /** Ends it without a chance to tidy up. */
  async kill() {
    const child = this.#child;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  async stop() {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A person over REST, for preparing what a test needs. */
  async rest(email) {
    const tokens = await this.#request("POST", "/api/v1/auth/login", undefined, { email, password: PASSWORD, refresh_in: "body" });
    const call = (method, path, body) => this.#request(method, `/api/v1${path}`, tokens.access_token, body);
    return { call, account_id: tokens.account_id };
  }

  /** Somebody new, who may log in with the password of everybody here. */
  async join(name, email) {
    await this.#request("POST", "/api/v1/auth/register", undefined, { name, email, password: PASSWORD, refresh_in: "body" });
    return this.rest(email);
  }

  /** Somebody accepts to be in an organization. */
  async member(inviter, org_id, invited, role = "member") {
    const { link } = await inviter.call("POST", `/orgs/${org_id}/invitations`, { role });
    await invited.call("POST", "/invitations/accept", { code: link.split("#")[1] });
  }

  async #request(method, path, token, body) {
    const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(this.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** A Kanban board of its own for a test, with cards in its first column. Gives its path in the app. */
  async board(name, titles = []) {
    const ana = await this.rest(ANA);
    const orgs = (await ana.call("GET", "/orgs")).items;
    const org = orgs.find((each) => each.name === "Demo") ?? orgs[0];
    const board = await ana.call("POST", `/orgs/${org.org_id}/boards`, { name, key: "E2E", visibility: "organization", template: "kanban" });
    const column = [...board.columns].sort((a, b) => (a.rank < b.rank ? -1 : 1))[0];
    const base = `/orgs/${org.org_id}/boards/${board.board_id}`;
    for (const title of titles) await ana.call("POST", `${base}/tasks`, { column_id: column.column_id, title });
    return base;
  }
}

export const launch = () =>
  chromium.launch({
    executablePath: browser_path,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      // A page that the driver serves from a folder counts as a foreign one to the server beside it.
      ...(process.env.LOCKSTEP_WEB_DIST ? ["--disable-features=LocalNetworkAccessChecks"] : [])],
  });

/**
 * With LOCKSTEP_WEB_DIST the pages come from that folder, under the server's own headers: a change of the web app is tested
 * without building the server, which embeds it.
 */
async function freshBuild(context, server) {
  const folder = process.env.LOCKSTEP_WEB_DIST;
  if (!folder) return;
  const policy = (await fetch(`${server.url}/`)).headers.get("content-security-policy");
  await context.route(
    (url) => url.origin === new URL(server.url).origin && !/^\/(api|ws|livez|readyz)/.test(url.pathname),
    (route) => {
      const { pathname } = new URL(route.request().url());
      const asset = /\.\w+$/.test(pathname);
      return route.fulfill({ path: join(folder, asset ? pathname : "index.html"), headers: { "content-security-policy": policy } });
    },
  );
}

async function slowed(context, page) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOW });
}

/** A person at a browser of their own. Errors of the page and of the content security policy are kept. */
export async function person(browser, server, email, { viewport = DESKTOP, theme = "light" } = {}) {
  const phone = viewport.width < 600;
  const context = await browser.newContext({ viewport, colorScheme: theme, locale: "en-GB", hasTouch: phone, isMobile: phone, baseURL: server.url });
  context.setDefaultTimeout(WAIT_MS);
  await freshBuild(context, server);
  if (SLOW > 1) context.on("page", (opened) => slowed(context, opened).catch(() => undefined));
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    // A server that is away on purpose is not an error of the page.
    if (message.type() === "error" && !/Failed to load resource|WebSocket connection|ERR_/.test(message.text())) errors.push(message.text());
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));
  });
  if (email) {
    await page.goto("/login");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByRole("heading", { name: "Boards", exact: true }).waitFor();
  }
  return { context, page, errors };
}

/** Opens a board and waits until it is live. */
export async function open(page, path) {
  await page.goto(path);
  await live(page);
  // A reload would wipe it out.
  await page.evaluate(() => {
    window.stayed = true;
  });
}

/** Whether the page is still the one that `open` loaded. */
export const stayed = (page) => page.evaluate(() => window.stayed === true);

export const live = (page) => until("the connection to be live", () => page.locator(".pill.live").count());
export const column = (page, at) => page.locator("[data-column]").nth(at);
export const card = (page, title) => page.locator("[data-task]").filter({ hasText: title });
export const titles = (page, at) => column(page, at).locator("[data-task] .title").allInnerTexts();

/** Waits until a column shows exactly these titles, in this order. */
export async function shows(page, at, wanted) {
  await until(`column ${at} to show ${wanted.join(", ")}`, async () => {
    const seen = (await titles(page, at)).map((title) => title.trim());
    if (JSON.stringify(seen) === JSON.stringify(wanted)) return true;
    throw new Error(seen.join(", "));
  });
}

/** Nothing moves any more, or what moves does so for ever. */
export const calm = (page) =>
  page.evaluate(async () => {
    // A frame first: what was just asked for begins with it.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const finite = document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY && each.playState === "running");
    await Promise.all(finite.map((each) => each.finished.catch(() => undefined)));
  });

/** Nothing of the page waits for the server any more. */
export const loaded = (page) => until("nothing to be loading", async () => (await page.locator("[aria-busy=true]").count()) === 0);

/** The focus is where `is` says; it gets the focused element in the page. */
export const focusIs = (page, what, is, wanted) => until(`the focus on ${what}`, async () => (await page.evaluate(is)) === wanted);
const named = () => document.activeElement?.textContent?.trim();
export const focusOn = (page, text) => focusIs(page, text, named, text);

/** Types where the focus is, once it is in a field. */
export async function write(page, text, how) {
  await until("a field to have the focus", () => page.evaluate(() => document.activeElement?.matches("input, textarea")));
  await page.keyboard.type(text, how);
}

/** Drags a card by the mouse onto a point of another element. */
export async function drag(page, from, to, { x = 100, y }) {
  // Where others' changes still glide, places that are read now are wrong in a moment.
  await calm(page);
  const start = await from.boundingBox();
  const end = await to.boundingBox();
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  // The browser begins to drag after some pixels; the drop target is told of each further move.
  await page.mouse.move(start.x + start.width / 2 + 6, start.y + start.height / 2 + 6, { steps: 2 });
  await page.mouse.move(end.x + x, end.y + (y ?? end.height / 2), { steps: 6 });
  await page.mouse.move(end.x + x, end.y + (y ?? end.height / 2) + 1);
  await page.mouse.up();
}

/** Between a page and the server's socket: what the server says can be added to, as if it had said it. Call it before the page opens. */
export async function between(page) {
  let route;
  await page.routeWebSocket(/\/ws(\/[0-9a-f-]+)?$/, (socket) => {
    const server = socket.connectToServer();
    route = { socket, server };
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => socket.send(message));
  });
  return {
    say: (...messages) => route.socket.send(JSON.stringify(messages)),
    close: (code) => Promise.all([route.socket.close({ code }), route.server.close()]),
  };
}

export function picture(name) {
  const folder = join(here, "out");
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}
