// Finds what somebody means by a few letters: words that begin with them first, then letters in order.

/** 0 does not match; more is better. */
export function score(query: string, text: string): number {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return 1;
  const inside = text.toLowerCase();
  let total = 0;
  for (const word of wanted.split(/\s+/)) {
    const at = inside.indexOf(word);
    if (at < 0) {
      const loose = inOrder(word, inside);
      if (loose === 0) return 0;
      total += loose;
    } else {
      total += at === 0 ? 100 : /\W/.test(inside[at - 1] ?? " ") ? 60 : 30;
    }
  }
  return total;
}

function inOrder(word: string, text: string): number {
  let at = -1;
  for (const letter of word) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return 0;
  }
  return word.length > 1 ? 5 : 0;
}

/** Keeps what matches, best first; what is equal stays in its order. */
export function rank<T>(query: string, items: readonly T[], text: (item: T) => string): T[] {
  if (query.trim() === "") return [...items];
  return items
    .map((item, order) => ({ item, order, score: score(query, text(item)) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map((each) => each.item);
}
