// Short notes in a corner: what went wrong and who said so, what came in, what can be taken back.

export type Toast = {
  id: number;
  kind: "info" | "bad" | "good";
  text: string;
  action?: { label: string; run: () => void };
};

const LIFE_MS = 7_000;
const SHOWN_MAX = 4;

class Toasts {
  list: Toast[] = $state.raw([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, more: { kind?: Toast["kind"]; action?: Toast["action"] } = {}): void {
    const toast: Toast = { id: this.#next, kind: more.kind ?? "info", text, ...(more.action ? { action: more.action } : {}) };
    this.#next += 1;
    const same = this.list.find((each) => each.text === text);
    if (same) this.close(same.id);
    this.list = [...this.list, toast].slice(-SHOWN_MAX);
    this.resume(toast.id);
  }

  /** A toast that someone points at or has focused stays. */
  pause(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  resume(id: number): void {
    this.pause(id);
    this.#timers.set(id, setTimeout(() => this.close(id), LIFE_MS));
  }

  /** What was said to one person is nobody else's business. */
  clear(): void {
    for (const toast of this.list) this.close(toast.id);
  }

  close(id: number): void {
    this.pause(id);
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
