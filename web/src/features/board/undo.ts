// What I did on this board and how to take it back, newest last: one entry for what was done in one go. Kept for the tab, so that
// it survives a reload. What was taken back is kept likewise, to do it again. Once the server has a change, the server takes it back, by
// its seq; the commands kept here are what is shown until it has, and what is sent for a change that has not arrived there.
import type { BoardCommand, Sent } from "../../sdk";

const KEPT_MAX = 50;

/** One command. `seq`: of its last event, once it is known. */
export type Part = { client_seq: number; inverse: readonly BoardCommand[]; seq?: number };
type Entry = { parts: readonly Part[] };

export class UndoStack {
  readonly #key: string;
  #entries: Entry[];

  constructor(kind: "undo" | "redo", board: string) {
    this.#key = `lockstep.${kind}.${board}`;
    this.#entries = this.#read();
  }

  /** `known`: the server knows how to take it back, though nobody here does. */
  push(sents: readonly Sent[], known = false): void {
    const parts = sents.filter((sent) => known || sent.inverse.length > 0).map(({ client_seq, inverse }) => ({ client_seq, inverse }));
    if (parts.length === 0) return;
    this.#entries = [...this.#entries, { parts }].slice(-KEPT_MAX);
    this.#write();
    for (const sent of sents) {
      void sent.result.then((result) => {
        // What never took effect must not be taken back.
        if (result.kind === "ok") this.#arrived(sent.client_seq, result.seq);
        else this.forget(sent);
      });
    }
  }

  /** The newest entry, last done first. */
  pop(): readonly Part[] | undefined {
    const last = this.#entries.at(-1);
    this.#entries = this.#entries.slice(0, -1);
    this.#write();
    return last && [...last.parts].reverse();
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

  #arrived(client_seq: number, seq: number): void {
    this.#entries = this.#entries.map(({ parts }) => ({ parts: parts.map((part) => (part.client_seq === client_seq ? { ...part, seq } : part)) }));
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
