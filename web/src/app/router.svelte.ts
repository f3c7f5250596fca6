// Addresses and what they show: the history API, a table of patterns, nothing else. Must not know what a screen does.

export const ORG_PAGES = ["members", "invitations", "teams", "roles", "services", "webhooks", "deliveries", "letters", "settings"] as const;
export type OrgPage = (typeof ORG_PAGES)[number];

export type Route =
  | { name: "home"; org?: string }
  | { name: "board"; org: string; board: string }
  | { name: "organization"; org: string; page: OrgPage }
  | { name: "talk"; org: string; channel?: string; thread?: number }
  | { name: "account" }
  | { name: "inbox" }
  | { name: "next" }
  | { name: "time" }
  | { name: "login" }
  | { name: "register" }
  | { name: "forgot" }
  | { name: "check-mail" }
  | { name: "confirm" }
  | { name: "verify" }
  | { name: "reset" }
  | { name: "invite" }
  | { name: "unsubscribe" }
  | { name: "mailbox" }
  | { name: "shared" }
  | { name: "missing" };

/** `code`: the one that a mailed link carries behind the #. */
export type Place = { route: Route; path: string; query: URLSearchParams; code?: string };

const ID = "([0-9a-fA-F-]{8,64})";
const TABLE: Array<[RegExp, (found: string[]) => Route]> = [
  [/^\/$/, () => ({ name: "home" })],
  [/^\/account$/, () => ({ name: "account" })],
  [/^\/inbox$/, () => ({ name: "inbox" })],
  [/^\/next$/, () => ({ name: "next" })],
  [/^\/time$/, () => ({ name: "time" })],
  ...(["login", "register", "forgot", "check-mail", "confirm", "verify", "reset", "invite", "unsubscribe", "mailbox", "shared"] as const).map((name): [RegExp, () => Route] => [
    new RegExp(`^/${name}$`),
    () => ({ name }),
  ]),
  [new RegExp(`^/orgs/${ID}$`), ([org = ""]) => ({ name: "home", org })],
  [new RegExp(`^/orgs/${ID}/(${ORG_PAGES.join("|")})$`), ([org = "", page = ""]) => ({ name: "organization", org, page: page as OrgPage })],
  [new RegExp(`^/orgs/${ID}/talk$`), ([org = ""]) => ({ name: "talk", org })],
  [new RegExp(`^/orgs/${ID}/talk/${ID}$`), ([org = "", channel = ""]) => ({ name: "talk", org, channel })],
  [new RegExp(`^/orgs/${ID}/talk/${ID}/thread/([1-9]\\d{0,15})$`), ([org = "", channel = "", thread = ""]) => ({ name: "talk", org, channel, thread: Number(thread) })],
  [new RegExp(`^/orgs/${ID}/boards/${ID}$`), ([org = "", board = ""]) => ({ name: "board", org, board })],
];

/** What an address shows. */
export function match(path: string): Route {
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  for (const [pattern, build] of TABLE) {
    const found = pattern.exec(clean);
    if (found) return build(found.slice(1));
  }
  return { name: "missing" };
}

/** Whoever has a public link keeps its address: to come back, and to hand it on. */
const KEPT = /^\/shared\/*$/;

/** A code must not stay where others see it, nor in the history: it is taken out of the address at once. */
function takeCode(): string | undefined {
  const code = location.hash.slice(1);
  if (KEPT.test(location.pathname)) return code || undefined;
  if (location.hash || location.href.endsWith("#")) history.replaceState(history.state, "", location.pathname + location.search);
  return code || undefined;
}

function read(): Place {
  const code = takeCode();
  return { route: match(location.pathname), path: location.pathname, query: new URLSearchParams(location.search), ...(code && { code }) };
}

class Router {
  place: Place = $state.raw(read());

  constructor() {
    window.addEventListener("popstate", () => {
      this.place = read();
    });
    document.addEventListener("click", (event) => this.#follow(event));
  }

  get route(): Route {
    return this.place.route;
  }

  go(url: string, how: { replace?: boolean } = {}): void {
    if (url === location.pathname + location.search + location.hash) return;
    if (how.replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.place = read();
  }

  /** Changes one word of the query and leaves the path alone; `null` takes it away. */
  query(name: string, value: string | null, how: { replace?: boolean } = {}): void {
    const query = new URLSearchParams(location.search);
    if (value === null) query.delete(name);
    else query.set(name, value);
    const text = query.toString();
    this.go(location.pathname + (text ? `?${text}` : "") + location.hash, how);
  }

  /** Plain clicks on our own links stay in the page; anything with a modifier is the browser's. */
  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin || link.hasAttribute("download")) return;
    event.preventDefault();
    this.go(link.pathname + link.search + link.hash);
  }
}

export const router = new Router();

export const paths = {
  home: (org?: string) => (org ? `/orgs/${org}` : "/"),
  board: (org: string, board: string, task?: string) => `/orgs/${org}/boards/${board}${task ? `?task=${task}` : ""}`,
  organization: (org: string, page: OrgPage = "members") => `/orgs/${org}/${page}`,
  /** `message`: the number of one, or the seq of a reply, to be shown. */
  talk: (org: string, channel?: string, at: { thread?: number; message?: number } = {}) =>
    `/orgs/${org}/talk${channel ? `/${channel}${at.thread ? `/thread/${at.thread}` : ""}${at.message ? `?message=${at.message}` : ""}` : ""}`,
  account: () => "/account",
  inbox: () => "/inbox",
  next: () => "/next",
  time: () => "/time",
  forgot: () => "/forgot",
  checkMail: () => "/check-mail",
  invite: () => "/invite",
  mailbox: () => "/mailbox",
  login: (next?: string) => (next && next !== "/" ? `/login?next=${encodeURIComponent(next)}` : "/login"),
};
