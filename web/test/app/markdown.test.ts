// What the Markdown reader understands, and what it must never let through.
import { expect, test } from "vitest";
import { type Block, inline, parse, safe } from "../../src/app/markdown";

const kinds = (blocks: Block[]) => blocks.map((block) => block.kind);

test("blocks are told apart", () => {
  const text = "# Title\n\nA line\nand another\n\n- one\n- two\n\n> said\n\n```js\nlet a = 1;\n```\n\n---\n1. first";
  expect(kinds(parse(text))).toEqual(["heading", "paragraph", "list", "quote", "code", "rule", "list"]);
});

test("a task list knows its boxes, and lists nest", () => {
  const [list] = parse("- [x] done\n- [ ] open\n  - inside");
  expect(list).toMatchObject({ kind: "list", ordered: false, items: [{ checked: true }, { checked: false }] });
  expect(list?.kind === "list" && list.items[1]?.children.map((child) => child.kind)).toEqual(["paragraph", "list"]);
});

test("emphasis, code, strikes and breaks", () => {
  expect(inline("a **b** *c* _d_ ~~e~~ `f *g*`\nh")).toEqual([
    { kind: "text", text: "a " },
    { kind: "strong", children: [{ kind: "text", text: "b" }] },
    { kind: "text", text: " " },
    { kind: "em", children: [{ kind: "text", text: "c" }] },
    { kind: "text", text: " " },
    { kind: "em", children: [{ kind: "text", text: "d" }] },
    { kind: "text", text: " " },
    { kind: "del", children: [{ kind: "text", text: "e" }] },
    { kind: "text", text: " " },
    { kind: "code", text: "f *g*" },
    { kind: "break" },
    { kind: "text", text: "h" },
  ]);
});

test("words with underscores and lonely stars stay as they are", () => {
  expect(inline("snake_case_name and 2 * 3")).toEqual([{ kind: "text", text: "snake_case_name and 2 * 3" }]);
});

test("markup stays text", () => {
  const text = "<img src=x onerror=alert(1)>";
  expect(inline(text)).toEqual([{ kind: "text", text }]);
});

test("links lead only to the web, to mail and into the app", () => {
  expect(safe("https://example.org/a")).toBe("https://example.org/a");
  expect(safe("mailto:ana@example.org")).toBe("mailto:ana@example.org");
  expect(safe("/orgs/1")).toBe("/orgs/1");
  for (const bad of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "/\\evil.example", "\u0001javascript:x"]) {
    expect(safe(bad), bad).toBeUndefined();
  }
  expect(inline("[x](javascript:alert(1))")[0]?.kind).toBe("text");
});

test("a bare address ends before the sentence does", () => {
  const [, link, rest] = inline("See https://example.org/a_b.");
  expect(link).toMatchObject({ kind: "link", href: "https://example.org/a_b" });
  expect(rest).toEqual({ kind: "text", text: "." });
});

test("hostile nesting ends", () => {
  const begun = performance.now();
  parse(`${">".repeat(5_000)} deep\n${"*".repeat(3_000)}\n${"[".repeat(3_000)}\n${"- ".repeat(2_000)}`);
  expect(performance.now() - begun).toBeLessThan(1_000);
});
