//! Frames out, small enough, and frames in, in order. A text message is read at once; a compressed one takes a moment, and whatever came after it waits for it.

import type { ClientMessage, ServerMessage } from "../gen/protocol";

const FRAME_MESSAGES_MAX = 50;
/** A quarter of `message_bytes_max`: a character may take up to three bytes. */
const FRAME_CHARS_MAX = 64 * 1024;

/** As few frames as hold the messages, in order, each within what the server takes. */
export function packed(messages: readonly ClientMessage[]): string[] {
  const frames: string[] = [];
  let frame: string[] = [];
  let chars = 0;
  const close = (): void => {
    if (frame.length > 0) frames.push(`[${frame.join(",")}]`);
    frame = [];
    chars = 0;
  };
  for (const message of messages) {
    const text = JSON.stringify(message);
    if (frame.length >= FRAME_MESSAGES_MAX || chars + text.length > FRAME_CHARS_MAX) close();
    frame.push(text);
    chars += text.length + 1;
  }
  close();
  return frames;
}

type Waiting = { readonly text: string } | { readonly promise: Promise<string> };

export class FrameReader {
  readonly #gunzip: (bytes: ArrayBuffer) => Promise<string>;
  readonly #deliver: (messages: readonly ServerMessage[]) => void;
  readonly #broken: (why: string) => void;
  readonly #waiting: Waiting[] = [];
  #draining = false;
  #closed = false;

  constructor(gunzip: (bytes: ArrayBuffer) => Promise<string>, deliver: (messages: readonly ServerMessage[]) => void, broken: (why: string) => void) {
    this.#gunzip = gunzip;
    this.#deliver = deliver;
    this.#broken = broken;
  }

  /** One WebSocket message. */
  push(data: unknown): void {
    if (this.#closed) return;
    if (typeof data === "string") {
      if (!this.#draining) {
        this.#read(data);
        return;
      }
      this.#waiting.push({ text: data });
      return;
    }
    if (!(data instanceof ArrayBuffer) || !isGzip(data)) {
      this.#fail("a binary message that is not a gzip frame");
      return;
    }
    const promise = this.#gunzip(data);
    // It is awaited later, in its turn; a failure must not be taken for one that nobody handles.
    promise.catch(() => undefined);
    this.#waiting.push({ promise });
    if (!this.#draining) void this.#drain();
  }

  /** Nothing is delivered any more, not even what is being decompressed. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        const text = "text" in next ? next.text : await next.promise;
        if (this.#closed) break;
        this.#read(text);
      } catch (error) {
        this.#fail(`a frame that cannot be decompressed: ${String(error)}`);
        break;
      }
    }
    this.#draining = false;
  }

  #read(text: string): void {
    let messages: unknown;
    try {
      messages = JSON.parse(text);
    } catch {
      this.#fail("a frame that is not JSON");
      return;
    }
    if (!Array.isArray(messages)) this.#fail("a frame that is not an array");
    else this.#deliver(messages as ServerMessage[]);
  }

  #fail(why: string): void {
    if (this.#closed) return;
    this.close();
    this.#broken(why);
  }
}

function isGzip(data: ArrayBuffer): boolean {
  const [first, second] = new Uint8Array(data, 0, Math.min(2, data.byteLength));
  return first === 0x1f && second === 0x8b;
}
