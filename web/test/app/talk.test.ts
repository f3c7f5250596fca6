// Mentions while one writes, and comments as they belong together.
import { expect, test } from "vitest";
import { inline } from "../../src/app/markdown";
import { picked, shown, typed, written } from "../../src/features/talk/mentions";
import { threads } from "../../src/features/task/threads";
import { type DetailComment, mentioning, mentionsIn } from "../../src/sdk";

const id = (n: number): string => `01900000-0000-7000-8000-00000000000${n}`;
const names: Record<string, string> = { [id(1)]: "Ann", [id(2)]: "Ann Lee", [id(3)]: "Ann" };

test("a text shows names in the field and keeps ids", () => {
  const text = `@[${id(1)}] and @[${id(2)}], @[${id(3)}], @[${id(4)}]`;
  const { text: field, people } = shown(text, (each) => names[each]);
  // The second Ann and whoever has no name here stay as they are written.
  expect(field).toBe(`@Ann and @Ann Lee, @[${id(3)}], @[${id(4)}]`);
  expect(written(field, people)).toBe(text);
  expect(written("@Anna, mail@Ann_x, (@Ann)", people)).toBe(`@Anna, mail@Ann_x, (@[${id(1)}])`);
  expect(written("@Ann", [])).toBe("@Ann");
  expect(written("@A+(b)", [{ id: id(1), name: "A+(b)" }])).toBe(`@[${id(1)}]`);
});

test("the name that is being typed is found before the caret", () => {
  expect(typed("Hi @an", 6)).toEqual({ at: 3, query: "an" });
  expect(typed("Hi @ann lee, you", 11)).toEqual({ at: 3, query: "ann lee" });
  expect(typed("@", 1)).toEqual({ at: 0, query: "" });
  for (const none of ["Hi", "a@b", "@ x", "@an\nx", "@@", "@[019", `@${"x".repeat(70)}`]) expect(typed(none, none.length), none).toBeUndefined();
  expect(picked("Hi @an!", 6, 3, "Ann Lee")).toEqual({ text: "Hi @Ann Lee !", caret: 12 });
  expect(picked("Hi @an now", 6, 3, "Ann")).toEqual({ text: "Hi @Ann now", caret: 7 });
});

test("whoever stands in a text is mentioned once, and shown by who they are", () => {
  const text = `@[${id(2)}] @[${id(1)}] @[${id(2)}] @[no] @[${id(1)}`;
  expect(mentionsIn(text)).toEqual([id(2), id(1)]);
  expect(mentioning(text, [id(1)])).toEqual({ mentions: [id(1)] });
  expect(mentioning("Nobody")).toEqual({});
  expect(inline(`Hi **@[${id(1)}]**!`)).toEqual([{ kind: "text", text: "Hi " }, { kind: "strong", children: [{ kind: "mention", id: id(1) }] }, { kind: "text", text: "!" }]);
  // What is code is code.
  expect(inline(`\`@[${id(1)}]\``)).toEqual([{ kind: "code", text: `@[${id(1)}]` }]);
});

test("answers stand under what they answer, also when that is gone", () => {
  const said = (comment_id: string, reply_to?: string): DetailComment => ({ comment_id, author_id: "ana", text: comment_id, created_at: 1, ...(reply_to !== undefined && { reply_to }) });
  const shape = (comments: DetailComment[]) => threads(comments).map(({ id: begun, root, replies }) => [begun, root?.text, ...replies.map((reply) => reply.text)]);
  expect(shape([said("a"), said("b"), said("c", "a"), said("d", "c"), said("e", "gone"), said("f", "gone")])).toEqual([["a", "a", "c", "d"], ["b", "b"], ["gone", undefined, "e", "f"]]);
  // Where it stood before it was deleted, as far as its id tells.
  expect(shape([said("b"), said("d"), said("e", "c"), said("f", "z")])).toEqual([["b", "b"], ["c", undefined, "e"], ["d", "d"], ["z", undefined, "f"]]);
  expect(shape([said("a", "b"), said("b", "a")]).flat()).toContain("a");
  expect(threads([])).toEqual([]);
});
