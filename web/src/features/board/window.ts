// Which cards of a column are mounted. Pure arithmetic over heights; knows nothing of the DOM.

export const GAP_PX = 6;
/** A guess for a card that was never measured: a title of one line, a row of marks. */
export const ESTIMATE_PX = 68;

/** Tops of all cards, and the height of them all as the last entry. */
export function layout(ids: readonly string[], heights: ReadonlyMap<string, number>): Float64Array {
  const tops = new Float64Array(ids.length + 1);
  let top = 0;
  for (let at = 0; at < ids.length; at += 1) {
    tops[at] = top;
    top += (heights.get(ids[at] as string) ?? ESTIMATE_PX) + GAP_PX;
  }
  tops[ids.length] = top;
  return tops;
}

/** The last card that begins at or above `y`. */
export function indexAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] as number) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** First and one past the last card to mount. */
export function visible(tops: Float64Array, scroll_px: number, height_px: number, overscan_px: number): [number, number] {
  const count = tops.length - 1;
  if (count === 0 || height_px === 0) return [0, 0];
  const first = indexAt(tops, Math.max(0, scroll_px - overscan_px));
  const last = indexAt(tops, scroll_px + height_px + overscan_px);
  return [first, Math.min(count, last + 1)];
}

/**
 * How far to scroll so that what was on screen stays where it was: the median shift of the cards that were visible, so that one
 * of them moving away does not take the view along.
 */
export function shift(before: ReadonlyMap<string, number>, ids: readonly string[], tops: Float64Array): number {
  if (before.size === 0) return 0;
  const moves: number[] = [];
  for (let at = 0; at < ids.length && moves.length < before.size; at += 1) {
    const old = before.get(ids[at] as string);
    if (old !== undefined) moves.push((tops[at] as number) - old);
  }
  if (moves.length === 0) return 0;
  moves.sort((a, b) => a - b);
  return moves[moves.length >> 1] as number;
}
