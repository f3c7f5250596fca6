// What this person has worked in some days. What is known stays on screen while it is asked again, and an older answer never replaces a newer
// one.
import { client } from "../../app/client";
import { Latest } from "../../app/latest";
import { timer } from "../../app/timer.svelte";
import { type OwnTimeRow, Problem } from "../../sdk";
import { type Days, momentsOf } from "./range";

export interface Found {
  readonly days: Days;
  readonly rows: readonly OwnTimeRow[];
  readonly boards_left_out: number;
}

export class OwnHours {
  found: Found | undefined = $state.raw();
  /** The last question got no answer. */
  failed = $state(false);
  busy = $state(false);
  readonly #latest = new Latest();

  read = async (days: Days): Promise<void> => {
    const counts = this.#latest.ask();
    this.busy = true;
    try {
      const rows: OwnTimeRow[] = [];
      let cursor: string | undefined;
      let boards_left_out = 0;
      do {
        const answer = await client.rest.ownTime({ ...momentsOf(days), ...(timer.noted_at !== undefined && { min_position: timer.noted_at }), ...(cursor !== undefined && { cursor }) });
        if (!counts()) return;
        rows.push(...answer.items);
        ({ boards_left_out, next_cursor: cursor } = answer);
      } while (cursor !== undefined);
      this.found = { days, rows, boards_left_out };
      this.failed = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (counts()) this.failed = true;
    } finally {
      if (counts()) this.busy = false;
    }
  };
}
