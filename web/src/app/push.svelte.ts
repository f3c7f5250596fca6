// Notifications of this browser while no page is open: whether it can show them, may show them, does. The question of the browser is asked
// when somebody turns them on, never by itself.
import { type DeviceEntry, Problem } from "../sdk";
import { client } from "./client";
import { router } from "./router.svelte";
import { session } from "./session.svelte";

/** By account: which device this browser is, and where it is reached. */
const REMEMBERED = "lockstep.push";
const WORKER = "/sw.js";

/** `insecure`, `unsupported`: this browser, at this address, cannot. `denied`: somebody told it not to. */
export type PushState = "insecure" | "unsupported" | "denied" | "off" | "on";
type Remembered = { readonly device_id: string; readonly endpoint: string };

/** The browser was told not to, just now or before. */
export class PushDenied extends Error {}

class Push {
  state: PushState = $state("off");
  /** This browser among the devices of whoever is logged in. */
  device: string | undefined = $state();
  #account: string | undefined;

  /** Called once, where effects may be made. */
  start(): void {
    navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<{ kind?: unknown; url?: unknown } | null>) => {
      if (data?.kind === "open" && typeof data.url === "string") router.go(data.url);
    });
    $effect.root(() => {
      $effect(() => void this.#follow(session.accountId));
    });
  }

  /** Looks again: permissions are changed elsewhere, and devices too. */
  async look(): Promise<readonly DeviceEntry[]> {
    const account = this.#account;
    const devices = await client.devices.mine();
    const known = account === undefined ? undefined : remembered(account);
    const subscription = known && (await this.#subscription());
    if (account !== this.#account) return devices;
    const here = devices.find((each) => each.device_id === known?.device_id && subscription?.endpoint === known.endpoint);
    this.device = here?.device_id;
    this.state = possible() ?? (here ? "on" : "off");
    return devices;
  }

  /** From a click: browsers answer nothing else. Rejects with `PushDenied`, with a `Problem`, or with what the browser says. */
  async turnOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") {
      this.state = possible() ?? "off";
      throw new PushDenied();
    }
    await this.#register();
  }

  async turnOff(): Promise<void> {
    const account = this.#account;
    const device = this.device;
    if (account !== undefined) remember(account, undefined);
    if (device !== undefined) await gone(client.devices.remove(device));
    await (await this.#subscription())?.unsubscribe();
    this.device = undefined;
    this.state = possible() ?? "off";
  }

  /** Another device than this one: the same, but that it is told nothing. */
  async remove(device_id: string): Promise<void> {
    if (device_id === this.device) await this.turnOff();
    else await gone(client.devices.remove(device_id));
  }

  async #register(): Promise<void> {
    const account = this.#account;
    if (account === undefined) return;
    const { key } = await client.devices.key();
    await navigator.serviceWorker.register(WORKER);
    const { pushManager } = await navigator.serviceWorker.ready;
    const wanted = fromBase64url(key);
    let subscription = await pushManager.getSubscription();
    // Made with a key that the server has no more: nothing would come.
    if (subscription && !same(subscription.options.applicationServerKey, wanted)) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
    const { endpoint, keys } = subscription.toJSON();
    if (endpoint === undefined || keys?.p256dh === undefined || keys.auth === undefined) throw new TypeError("a subscription without keys");
    const device = await client.devices.register({ kind: "webpush", address: endpoint, p256dh: keys.p256dh, auth: keys.auth });
    remember(account, { device_id: device.device_id, endpoint });
    if (account !== this.#account) return;
    this.device = device.device_id;
    this.state = "on";
  }

  /** Who turned them on here has them again with the next log-in, and after the browser was given another address. */
  async #follow(account: string | undefined): Promise<void> {
    if (account === this.#account) return;
    this.#account = account;
    this.device = undefined;
    this.state = possible() ?? "off";
    if (account === undefined || this.state !== "off" || !remembered(account) || Notification.permission !== "granted") return;
    try {
      await this.look();
      if (this.device === undefined && account === this.#account) await this.#register();
    } catch {
      // The server is away, or the browser's service: the next visit tries again, and the account page tells.
    }
  }

  async #subscription(): Promise<PushSubscription | null> {
    if (possible() !== undefined) return null;
    const registration = await navigator.serviceWorker.getRegistration(WORKER);
    return (await registration?.pushManager.getSubscription()) ?? null;
  }
}

/** Why this browser cannot show notifications; `undefined`: it can. */
function possible(): Exclude<PushState, "off" | "on"> | undefined {
  if (!window.isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return "unsupported";
  return Notification.permission === "denied" ? "denied" : undefined;
}

/** It has ended by itself: what was wanted. */
async function gone(removing: Promise<void>): Promise<void> {
  try {
    await removing;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "not_found") throw error;
  }
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function same(held: ArrayBuffer | null, wanted: Uint8Array): boolean {
  const bytes = new Uint8Array(held ?? new ArrayBuffer(0));
  return bytes.length === wanted.length && bytes.every((byte, at) => byte === wanted[at]);
}

function all(): Record<string, Remembered> {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}") as Record<string, Remembered>;
  } catch {
    return {};
  }
}

const remembered = (account: string): Remembered | undefined => all()[account];

function remember(account: string, device: Remembered | undefined): void {
  const { [account]: _before, ...others } = all();
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(device ? { ...others, [account]: device } : others));
  } catch {
    // Storage is forbidden: they are turned on anew with the next visit.
  }
}

export const push = new Push();
