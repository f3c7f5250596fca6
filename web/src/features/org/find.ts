// Finds people by what they are called and do; letters with and without marks are the same.
import type { OrgRole } from "../../sdk";

const plain = (text: string): string => text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLocaleLowerCase();

export function find<P extends { readonly name: string; readonly title: string; readonly role: OrgRole }>(people: readonly P[], query: string, role: OrgRole | ""): readonly P[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (words.length === 0 && role === "") return people;
  return people.filter((person) => {
    if (role !== "" && person.role !== role) return false;
    const text = plain(`${person.name} ${person.title}`);
    return words.every((word) => text.includes(word));
  });
}
