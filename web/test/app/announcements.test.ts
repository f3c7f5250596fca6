// What cards say by themselves, in words.
import { beforeAll, expect, test, vi } from "vitest";
import { words } from "../../src/app/i18n/index.svelte";
import { announcements } from "../../src/features/board/announcements";
import type { BoardEvent } from "../../src/sdk";

beforeAll(() => vi.stubGlobal("document", { documentElement: { lang: "" } }));

const due = { at: 5, has_time: true };
const overdue = (task_id: string): BoardEvent => ({ type: "task.overdue", task_id, due });
const titles = new Map([["t1", "Water"], ["t2", "Sweep"], ["t3", "Mow"]]);

test("each is named, many are counted, and what is not shown is not spoken of", async () => {
  await words.choose("en", false);
  const say = (events: BoardEvent[]) => announcements(events, (id) => titles.get(id));
  const reminder: BoardEvent = { type: "task.reminder.due", task_id: "t1", reminder: { kind: "before", minutes: 5 } };
  expect(say([overdue("t1"), reminder, { type: "task.due.soon", task_id: "t2", due }])).toEqual([
    { task_id: "t1", text: "Reminder: Water" },
    { task_id: "t2", text: "Sweep is due soon" },
    { task_id: "t1", text: "Water is overdue" },
  ]);
  expect(say([overdue("t1"), overdue("t2"), overdue("t3"), overdue("gone")])).toEqual([{ text: "3 cards are overdue" }]);
  expect(say([overdue("gone"), { type: "task.completed", task_id: "t1" }])).toEqual([]);
});
