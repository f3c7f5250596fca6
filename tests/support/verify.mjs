// Checks messages with the library of Standard Webhooks: one JSON line in, with secret, headers and body, and a line out, which says what
// it holds or why it is refused.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { Webhook } = require("standardwebhooks");

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  let said;
  try {
    said = { ok: new Webhook(secret).verify(body, headers) };
  } catch (error) {
    said = { refused: String(error.message) };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
