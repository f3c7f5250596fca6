// What I did on this board and how to take it back, newest last. Kept for the tab, so that it survives a reload.
import type { BoardCommand, Sent } from "../../sdk";

const KEPT_MAX = 50;

type Entry = { client_seq: number; inverse: readonly BoardCommand[] };

export class UndoStack {
  readonly #key: string;
  #entries: Entry[];

  constructor(board: string) {
    this.#key = `lockstep.undo.${board}`;
    this.#entries = this.#read();
  }

  push(sent: Sent): void {
    if (sent.inverse.length === 0) return;
    this.#entries = [...this.#entries, { client_seq: sent.client_seq, inverse: sent.inverse }].slice(-KEPT_MAX);
    this.#write();
    // What never took effect must not be taken back.
    void sent.result.then((result) => {
      if (result.kind !== "ok") this.forget(sent);
    });
  }

  pop(): readonly BoardCommand[] | undefined {
    const last = this.#entries.at(-1);
    this.#entries = this.#entries.slice(0, -1);
    this.#write();
    return last?.inverse;
  }

  forget(sent: Pick<Sent, "client_seq">): void {
    this.#entries = this.#entries.filter((entry) => entry.client_seq !== sent.client_seq);
    this.#write();
  }

  #read(): Entry[] {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key) ?? "[]") as Entry[];
    } catch {
      return [];
    }
  }

  #write(): void {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.#entries));
    } catch {
      // Full or forbidden: undo lasts as long as the page.
    }
  }
}
