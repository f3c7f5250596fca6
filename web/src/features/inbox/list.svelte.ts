// The entries of one folder, as the page shows them: what they say is asked of the server, how they are (read, put away, put off) is what
// the inbox says at this moment. What is known stays on screen while it is asked again.
import { inbox } from "../../app/inbox.svelte";
import { Latest } from "../../app/latest";
import { client } from "../../app/client";
import { type EntryView, type InboxFolder, type InboxItem, isUnread, Problem } from "../../sdk";

const PAGE = 50;
/** What comes within it is asked for together. */
const GATHER_MS = 150;

const holds = (folder: InboxFolder, entry: EntryView): boolean => {
  switch (folder) {
    case "inbox":
      return !entry.archived && entry.snoozed_until === undefined;
    case "unread":
      return isUnread(entry);
    case "snoozed":
      return entry.snoozed_until !== undefined;
    case "archived":
      return entry.archived === true;
  }
};

export class InboxList {
  folder: InboxFolder = $state("inbox");
  more = $state(false);
  busy = $state(false);
  /** The last question got no answer. */
  failed = $state(false);
  #items: readonly InboxItem[] | undefined = $state.raw();
  #limit = PAGE;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #latest = new Latest();

  /** Undefined until the first answer. What was deleted, or is in another folder by now, is not among them. */
  get items(): readonly InboxItem[] | undefined {
    const { view } = inbox;
    const items = this.#items?.map((item) => {
      const entry = view?.entries.get(item.number);
      return entry ? { ...entry, ...(item.shown && { shown: item.shown }) } : item;
    });
    return items?.filter((item) => (view === undefined || view.entries.has(item.number)) && holds(this.folder, item));
  }

  /** Whether the inbox holds something of this folder that is not on the page yet. */
  get behind(): boolean {
    if (!inbox.view || !this.#items) return false;
    const here = new Set(this.#items.map(({ number }) => number));
    const oldest = this.more ? Math.min(...here) : 0;
    return [...inbox.view.entries.values()].some((entry) => entry.number > oldest && holds(this.folder, entry) && !here.has(entry.number));
  }

  show(folder: InboxFolder): void {
    this.folder = folder;
    this.#items = undefined;
    this.#limit = PAGE;
    void this.read();
  }

  read = async (): Promise<void> => {
    const counts = this.#latest.ask();
    this.busy = true;
    try {
      const items: InboxItem[] = [];
      let more = true;
      while (more && items.length < this.#limit) {
        const before = items.at(-1)?.number;
        const page = await client.rest.inbox({ folder: this.folder, limit: PAGE, ...(before !== undefined && { before }) });
        if (!counts()) return;
        items.push(...page.items);
        more = page.more;
      }
      this.#items = items;
      this.more = more;
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.failed = true;
    } finally {
      if (counts()) this.busy = false;
    }
  };

  /** Soon, together with what else comes. */
  readSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.read();
    }, GATHER_MS);
  }

  showMore = (): Promise<void> => {
    this.#limit += PAGE;
    return this.read();
  };

  close(): void {
    clearTimeout(this.#timer);
  }
}
