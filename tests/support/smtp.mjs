// A mail server for tests: takes mail on a free port of this machine, prints its port, then one JSON line for each mail. Told to, it
// refuses: `--busy N` answers the first N recipients with 450, `--refuse PREFIX` those that begin so with 550.
// `--user NAME --password WORD` lets only that one in.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { SMTPServer } = require("smtp-server");
const { default: PostalMime } = require("postal-mime");

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
let busy = Number(option("busy") ?? 0);
const prefix = option("refuse");
const user = option("user");
const refusal = (message, responseCode) => Object.assign(new Error(message), { responseCode });
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const server = new SMTPServer({
  disabledCommands: user ? [] : ["AUTH"],
  allowInsecureAuth: true,
  authOptional: !user,
  onAuth(auth, _session, done) {
    const right = auth.username === user && auth.password === option("password");
    done(right ? null : refusal("who are you", 535), right ? { user } : undefined);
  },
  onRcptTo({ address }, _session, done) {
    if (prefix && address.startsWith(prefix)) return done(refusal("no such person", 550));
    if (busy > 0) {
      busy -= 1;
      return done(refusal("busy, come back", 450));
    }
    done();
  },
  async onData(stream, session, done) {
    const chunks = [];
    try {
      for await (const chunk of stream) chunks.push(chunk);
    } catch {
      // Whoever sent it was killed half way.
      return;
    }
    const mail = await PostalMime.parse(Buffer.concat(chunks));
    const header = (name) => mail.headers.find(({ key }) => key === name)?.value;
    say({
      from: mail.from?.address,
      sender: mail.from?.name,
      to: session.envelope.rcptTo.map(({ address }) => address),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      id: mail.messageId,
      automatic: header("auto-submitted"),
      unsubscribe: header("list-unsubscribe"),
      oneClick: header("list-unsubscribe-post"),
    });
    done();
  },
});
// A client that is killed is no reason to end.
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => say({ port: server.server.address().port }));
// Whoever started it is gone when its input ends.
process.stdin.on("end", () => process.exit(0)).resume();
