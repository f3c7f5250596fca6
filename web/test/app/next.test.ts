// The words of why something comes next.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { words } from "../../src/app/i18n/index.svelte";
import { chip } from "../../src/features/next/reasons";
import type { NextReason } from "../../src/sdk";

beforeAll(() => vi.stubGlobal("document", { documentElement: { lang: "" } }));
afterAll(() => vi.unstubAllGlobals());

const task_id = "01900000-0000-7000-8000-000000000001";
const said = (reason: Omit<NextReason, "points">) => chip({ points: 1, ...reason })?.text;

describe("a reason is said", () => {
  beforeEach(() => words.choose("en", false));

  it("in words, by how many", () => {
    expect(said({ because: "overdue", days: 0 })).toBe("Overdue since today");
    expect(said({ because: "overdue", days: 1 })).toBe("Overdue by 1 day");
    expect(said({ because: "overdue", days: 3 })).toBe("Overdue by 3 days");
    expect(said({ because: "due_in", days: 1 })).toBe("Due tomorrow");
    expect(said({ because: "blocked", tasks: [{ task_id, key: "OPS-1" }, { task_id, key: "OPS-2" }], count: 2 })).toBe("Waits for OPS-1, OPS-2");
    expect(said({ because: "blocked", tasks: [{ task_id, key: "OPS-1" }], count: 3 })).toBe("Waits for OPS-1 and 2 more");
    expect(said({ because: "blocks", count: 2, urgent: 1, due: 0 })).toBe("2 cards wait for it · 1 urgent");
    expect(said({ because: "work_left", minutes_left: 90 })).toBe("1:30 h of work left");
    expect(said({ because: "last_parts", count: 1, of: 3, tasks: [{ task_id, key: "OPS-9" }] })).toBe("Last part of OPS-9");
    expect(said({ because: "priority", priority: "urgent" })).toBe("Urgent");
  });

  it("in German too", async () => {
    await words.choose("de", false);
    expect(said({ because: "overdue", days: 2 })).toBe("2 Tage überfällig");
    expect(said({ because: "blocked", tasks: [{ task_id, key: "OPS-1" }], count: 1 })).toBe("Wartet auf OPS-1");
  });

  it("not where the due date says it, nor where a newer server knows another", () => {
    expect(said({ because: "due_in", days: 30 })).toBeUndefined();
    expect(chip({ because: "moon" as NextReason["because"], points: 5 })).toBeUndefined();
  });
});
