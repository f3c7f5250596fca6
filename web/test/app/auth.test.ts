// Small functions around the log-in: where it leads, what is wrong with a field, and mails that run nothing.
import { expect, test } from "vitest";
import { checkFields, explainFields } from "../../src/features/auth/fields";
import { mailPage } from "../../src/features/mailbox/page";
import { inside } from "../../src/app/inside";
import { Problem } from "../../src/sdk";

test("after the log-in one stays inside of the app", () => {
  expect(inside("/orgs/1/boards/2?task=3")).toBe("/orgs/1/boards/2?task=3");
  for (const next of [null, "", "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example"]) expect(inside(next)).toBe("/");
});

test("an account's fields are checked before the server is asked; the log-in asks only that there is a password", () => {
  expect(checkFields({ email: "ana", password: "" })).toEqual({ email: "Enter an e-mail address.", password: "Enter your password." });
  expect(checkFields({ email: " ana@example.org ", password: "short" })).toEqual({});
  expect(checkFields({ name: " ", email: "ana@example.org", password: "short" })).toEqual({ name: "Enter your name.", password: "Use 12 to 256 characters." });
});

test("a refusal stands at the field it is about, named or not", () => {
  const problem = (code: Problem["code"], field?: string) => new Problem(code, "No.", 422, field);
  expect(explainFields(problem("password_weak"))).toEqual({ password: "This password is too easy to guess." });
  expect(explainFields(problem("field_invalid", "email"))).toEqual({ email: "A value is not allowed." });
  expect(explainFields(problem("forbidden", "somewhere"))).toEqual({ form: "You may not do that here." });
});

test("a mail's styles wait for a hand that puts them on, and its links open beside the mailbox", () => {
  const page = mailPage('<style>a{}</style><p style="color:red" class="x">style="no tag"</p>');
  expect(page).toBe('<!doctype html><base target="_blank"><p data-waiting-style="color:red" class="x">style="no tag"</p>');
});
