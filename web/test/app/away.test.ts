// Coming back from a provider: anybody can write such an address, so only words that are known mean something.
import { expect, test } from "vitest";
import { away, whyNot } from "../../src/features/auth/away";

test("why it did not work is said in our words alone", () => {
  expect(whyNot("account_exists")).toContain("There is an account with this address already.");
  expect(whyNot("already_exists")).toBe("Somebody else here logs in with that account.");
  expect(whyNot("rate_limited")).toBe("Too many tries. Wait 60 seconds.");
  for (const word of ["", "<b>", "toString", "../identity.or", "Your password, please"]) expect(whyNot(word)).toBe("That did not work. Try again.");
});

test("back from a provider is whoever has its words in the address", () => {
  for (const query of ["identity=in", "problem=provider_refused"]) expect(away.isBack(new URLSearchParams(query))).toBe(true);
  expect(away.isBack(new URLSearchParams("next=/account"))).toBe(false);
});
