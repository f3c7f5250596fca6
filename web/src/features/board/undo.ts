// What I did on this board and how to take it back, newest last: one entry for what was done in one go. Kept for the tab, so that
// it survives a reload. What was taken back is kept likewise, to do it again.
import type { BoardCommand, Sent } from "../../sdk";

const KEPT_MAX = 50;

type Part = { client_seq: number; inverse: readonly BoardCommand[] };
type Entry = { parts: readonly Part[] };

export class UndoStack {
  readonly #key: string;
  #entries: Entry[];

  constructor(kind: "undo" | "redo", board: string) {
    this.#key = `lockstep.${kind}.${board}`;
    this.#entries = this.#read();
  }

  push(sents: readonly Sent[]): void {
    const parts = sents.filter((sent) => sent.inverse.length > 0).map(({ client_seq, inverse }) => ({ client_seq, inverse }));
    if (parts.length === 0) return;
    this.#entries = [...this.#entries, { parts }].slice(-KEPT_MAX);
    this.#write();
    // What never took effect must not be taken back.
    for (const sent of sents) {
      void sent.result.then((result) => {
        if (result.kind !== "ok") this.forget(sent);
      });
    }
  }

  /** What takes the newest entry back: last done, first undone. */
  pop(): readonly BoardCommand[] | undefined {
    const last = this.#entries.at(-1);
    this.#entries = this.#entries.slice(0, -1);
    this.#write();
    return last && [...last.parts].reverse().flatMap((part) => part.inverse);
  }

  forget(sent: Pick<Sent, "client_seq">): void {
    this.#entries = this.#entries
      .map(({ parts }) => ({ parts: parts.filter((part) => part.client_seq !== sent.client_seq) }))
      .filter(({ parts }) => parts.length > 0);
    this.#write();
  }

  clear(): void {
    if (this.#entries.length === 0) return;
    this.#entries = [];
    this.#write();
  }

  #read(): Entry[] {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#key) ?? "[]") as Entry[];
      return kept.filter((entry) => Array.isArray(entry.parts));
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
