// From "there" to neighbours: the protocol names who stands before and after, never an index.
import type { Place } from "../../gen/protocol";

/** The place at `index` in a list from which the moved one was taken out. Undefined in an empty list. */
export function placeAt<Id extends string>(others: readonly Id[], index: number): Place<Id> | undefined {
  const after = others[index - 1];
  const before = others[index];
  if (after === undefined && before === undefined) return undefined;
  return { ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) };
}

export const without = <Id>(ids: readonly Id[], id: Id): Id[] => ids.filter((each) => each !== id);

/** Where the moved one lands when dropped on an edge of `target`; at the end without a target. */
export function indexBeside<Id>(others: readonly Id[], target: Id | undefined, edge: "before" | "after"): number {
  const at = target === undefined ? -1 : others.indexOf(target);
  if (at < 0) return others.length;
  return edge === "before" ? at : at + 1;
}
