//! Everything the client takes from outside: time, randomness, sockets, fetch, storage, locks. One object, so that tests and
//! workers bring their own. Nothing else in this folder may touch a global of the browser.

export type TimerId = ReturnType<typeof setTimeout>;

/** What the transport needs of a WebSocket. */
export interface SocketLike {
  binaryType: BinaryType;
  readonly protocol: string;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** Runs `task` while it alone holds the name, over all tabs of this browser. */
export type Exclusive = <T>(name: string, task: () => Promise<T>) => Promise<T>;

/** Takes a name for as long as the page lives; false when another page holds it. */
export type Claim = (name: string) => Promise<boolean>;

/** Whether somebody may be logged in here: the cookie that says so cannot be seen, and asking in vain is an error in the console. */
export interface SessionHint {
  get(): boolean;
  set(somebody: boolean): void;
}

export interface Environment {
  /** Where the server is: an origin without a slash at its end, or "" for the page's own. */
  readonly base_url: string;
  now_ms(): number;
  /** Uniform in [0, 1). */
  random(): number;
  bytes(count: number): Uint8Array;
  setTimer(fn: () => void, delay_ms: number): TimerId;
  clearTimer(id: TimerId | undefined): void;
  fetch(input: string, init: RequestInit): Promise<Response>;
  openSocket(url: string, protocol: string): SocketLike;
  gunzip(bytes: ArrayBuffer): Promise<string>;
  /** The browser's database; undefined where there is none (nothing is kept then). */
  readonly indexed_db: IDBFactory | undefined;
  readonly session_hint: SessionHint;
  readonly exclusive: Exclusive;
  readonly claim: Claim;
  /** Calls back when the network came back, the page became visible, or its window got the focus. */
  onWake(fn: () => void): () => void;
  /** Calls back when the browser says that there is no network. */
  onOffline(fn: () => void): () => void;
}

async function gunzip(bytes: ArrayBuffer): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

/** Without the lock manager (plain http, old browsers) each tab fends for itself. */
function locksOf(): { exclusive: Exclusive; claim: Claim } {
  const locks = typeof navigator === "undefined" ? undefined : (navigator as { locks?: LockManager }).locks;
  if (locks === undefined) return { exclusive: (_name, task) => task(), claim: () => Promise.resolve(false) };
  const exclusive: Exclusive = async <T>(name: string, task: () => Promise<T>): Promise<T> => await locks.request(name, task);
  const claim: Claim = (name) =>
    new Promise((resolve) => {
      void locks.request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        // Held until the page goes away: the promise never settles.
        return lock === null ? undefined : new Promise<void>(() => undefined);
      });
    });
  return { exclusive, claim };
}

const HINT = "lockstep.session";

const session_hint: SessionHint = {
  get() {
    try {
      return localStorage.getItem(HINT) !== null;
    } catch {
      // No storage: only the server knows.
      return true;
    }
  },
  set(somebody) {
    try {
      if (somebody) localStorage.setItem(HINT, "1");
      else localStorage.removeItem(HINT);
    } catch {
      // Asked again with the next visit.
    }
  },
};

function onWake(fn: () => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  const visible = (): void => {
    if (document.visibilityState === "visible") fn();
  };
  window.addEventListener("online", fn);
  window.addEventListener("focus", fn);
  document.addEventListener("visibilitychange", visible);
  return () => {
    window.removeEventListener("online", fn);
    window.removeEventListener("focus", fn);
    document.removeEventListener("visibilitychange", visible);
  };
}

function onOffline(fn: () => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  window.addEventListener("offline", fn);
  return () => window.removeEventListener("offline", fn);
}

/** The browser. */
export function browserEnvironment(base_url = ""): Environment {
  return {
    base_url,
    now_ms: () => Date.now(),
    random: () => Math.random(),
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    setTimer: (fn, delay_ms) => setTimeout(fn, delay_ms),
    clearTimer: (id) => clearTimeout(id),
    fetch: (input, init) => fetch(input, init),
    openSocket: (url, protocol) => new WebSocket(url, protocol),
    gunzip,
    indexed_db: typeof indexedDB === "undefined" ? undefined : indexedDB,
    session_hint,
    ...locksOf(),
    onWake,
    onOffline,
  };
}

/**
 * The WebSocket's address beside the REST surface. It names the organization that is looked at, if one is: a balancer then keeps
 * its people on one node. `elsewhere` is named in its place, for another node.
 */
export function socketUrl(base_url: string, elsewhere?: string, path: string = globalThis.location?.pathname ?? ""): string {
  const origin = base_url === "" ? globalThis.location.origin : base_url;
  const near = elsewhere ?? /^\/orgs\/([0-9a-f-]{36})(?:\/|$)/.exec(path)?.[1];
  return `${origin.replace(/^http/, "ws")}/ws${near === undefined ? "" : `/${near}`}`;
}

/**
 * What stands for no organization: a balancer sends it anywhere. For a dial after one that was not welcomed: a node that accepts and says
 * nothing would be dialled again and again, because a balancer cannot tell it from one that is busy.
 */
export function anywhere(random: () => number): string {
  const digits = Math.floor(random() * 2 ** 48).toString(16).padStart(12, "0");
  return `00000000-0000-8000-8000-${digits}`;
}
