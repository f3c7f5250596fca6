// A board's key out of its name: initials of several words, else the first letters.

const LETTERS = 3;

export function suggestKey(name: string): string {
  const plain = name.normalize("NFKD").replace(/[^A-Za-z0-9\s]/g, "").toUpperCase();
  const words = plain.split(/\s+/).filter((word) => /^[A-Z]/.test(word));
  if (words.length === 0) return "";
  if (words.length === 1) return (words[0] as string).slice(0, LETTERS);
  return words.map((word) => word[0]).join("").slice(0, LETTERS);
}
