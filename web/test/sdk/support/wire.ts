//! A WebSocket's two ends without a network. Messages pass in order, by themselves or one at a time; cutting loses what is under way.

import type { SocketLike } from "../../../src/sdk/environment";

export interface FakeSocket extends SocketLike {
  readonly sent: string[];
}

export class Wire {
  readonly client: FakeSocket;
  onServer: (text: string) => void = () => undefined;
  onClosed: () => void = () => undefined;
  readonly #auto: boolean;
  readonly #toServer: string[] = [];
  readonly #toClient: (string | ArrayBuffer)[] = [];
  #opening = false;
  #closed = false;

  constructor(auto: boolean) {
    this.#auto = auto;
    const sent: string[] = [];
    this.client = {
      binaryType: "blob",
      protocol: "lockstep.v1.json",
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      sent,
      send: (text: string) => {
        sent.push(text);
        if (this.#closed) return;
        this.#toServer.push(text);
        this.#later();
      },
      close: () => this.close(1000),
    };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** What is under way. */
  get pending(): number {
    return this.#closed ? 0 : this.#toServer.length + this.#toClient.length + Number(this.#opening);
  }

  open(): void {
    this.#opening = true;
    this.#later();
  }

  toClient(data: string | ArrayBuffer): void {
    if (this.#closed) return;
    this.#toClient.push(data);
    this.#later();
  }

  /** Moves one message; `coin` decides the direction. */
  step(coin: boolean): void {
    if (this.#closed) return;
    if (this.#opening) {
      this.#opening = false;
      this.client.onopen?.(new Event("open"));
      return;
    }
    if (coin && this.#toServer.length > 0) this.#deliverToServer();
    else if (this.#toClient.length > 0) this.#deliverToClient();
    else if (this.#toServer.length > 0) this.#deliverToServer();
  }

  /** What is under way is lost. */
  close(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onClosed();
    this.client.onclose?.(Object.assign(new Event("close"), { code, reason: "", wasClean: code !== 1006 }) as CloseEvent);
  }

  #later(): void {
    if (this.#auto) queueMicrotask(() => this.step(true));
  }

  #deliverToServer(): void {
    const text = this.#toServer.shift();
    if (text !== undefined) this.onServer(text);
  }

  #deliverToClient(): void {
    const data = this.#toClient.shift();
    if (data !== undefined) this.client.onmessage?.(Object.assign(new Event("message"), { data }) as MessageEvent);
  }
}
