// Forms: what is asked for while one is busy is done afterwards, what was refused is not tried again by itself.
import { expect, test } from "vitest";
import { Form } from "../../src/app/form.svelte";
import { Problem } from "../../src/sdk";

/** A form on screen, as far as `Form` looks at it. */
function shown() {
  const form = { isConnected: true, querySelector: () => null };
  return { form, event: { preventDefault: () => undefined, currentTarget: form } as unknown as SubmitEvent };
}
function held() {
  const ends: Array<{ done: () => void; refused: () => void }> = [];
  const form = new Form({ run: () => new Promise((done, fail) => ends.push({ done, refused: () => fail(new Problem("forbidden", "No.", 403)) })) });
  return { form, ends };
}
const soon = () => new Promise((done) => setTimeout(done));

test("what is asked for while it is busy is done afterwards, once", async () => {
  const { form, ends } = held();
  const { event } = shown();
  const first = form.submit(event);
  void form.submit(event);
  void form.submit(event);
  ends[0]?.done();
  await soon();
  expect([ends.length, form.busy]).toEqual([2, true]);
  ends[1]?.done();
  await first;
  expect([ends.length, form.busy]).toEqual([2, false]);
});

test("a refusal is not answered by asking again, nor is a form that is gone", async () => {
  const { form, ends } = held();
  const { event } = shown();
  const refused = form.submit(event);
  void form.submit(event);
  ends[0]?.refused();
  await refused;
  expect([ends.length, form.errors]).toEqual([1, { form: "You may not do that here." }]);
  const gone = shown();
  const last = form.submit(gone.event);
  void form.submit(gone.event);
  gone.form.isConnected = false;
  ends[1]?.done();
  await last;
  expect(ends.length).toBe(2);
});
