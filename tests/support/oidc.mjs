// Providers for tests: a real one of OpenID Connect (npm `oidc-provider`), what Microsoft does differently, and what GitHub does instead.
// On a free port of this machine; prints it. `POST /_control` changes what it does:
//   people   who there is, by name: their claims; `person` logs in by themself, without a page to press a button on
//   claims   written over those of id tokens before they are signed; null takes one away
//   says     written over the discovery document
//   rotate   signs with another key from now on, and forgets the old one
//   sign     "strange" signs with a key that it never showed
//   down     "refuse" answers 503, "hang" never answers, "huge" answers without an end
// `GET /_seen` lists the paths that were asked for.
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The first line out says where it is, and nobody reads on: the package's own words go elsewhere.
console.log = console.info = console.error;
const require = createRequire(new URL("../../web/package.json", import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { Provider } = await load("oidc-provider");
const jose = await load("jose");

const CLIENT = { id: "lockstep", secret: "a secret of this client" };
const state = { people: {}, person: undefined, claims: {}, says: {}, down: undefined };
const seen = [];
const fresh = () => jose.generateKeyPair("RS256", { extractable: true });
let key;
async function rotate() {
  key = { ...(await fresh()), kid: randomBytes(8).toString("hex") };
}
await rotate();

const server = createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: ["http://127.0.0.1/return"] }],
  jwks: { keys: [{ ...(await jose.exportJWK(key.privateKey)), alg: "RS256", use: "sig" }] },
  cookies: { keys: [randomBytes(16).toString("hex")] },
  claims: { email: ["email", "email_verified"], profile: ["name", "preferred_username", "locale"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...state.people[id] }) }),
  async loadExistingGrant(ctx) {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});
// The server under test is on a port that nobody knows beforehand.
provider.Client.prototype.redirectUriAllowed = (uri) => /^http:\/\/(127\.0\.0\.1|localhost):\d+\/api\/v1\/auth\/identity\/[a-z0-9-]+\/return$/.test(uri);

async function body(ctx) {
  const chunks = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
/** The id token with our claims, signed with the key of now. */
async function forged(token) {
  const { iss, ...claims } = { ...jose.decodeJwt(token), ...state.claims };
  const whole = { ...(iss && { iss }), ...Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null)) };
  const { privateKey } = state.sign === "strange" ? await fresh() : key;
  return new jose.SignJWT(whole).setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(privateKey);
}

provider.use(async (ctx, next) => {
  if (ctx.path === "/_control") {
    const change = JSON.parse(await body(ctx));
    if (change.rotate) await rotate();
    Object.assign(state, change);
    ctx.body = {};
    return;
  }
  if (ctx.path === "/_seen") {
    ctx.body = seen;
    return;
  }
  seen.push(ctx.path);
  if (state.down === "hang") await new Promise(() => {});
  if (state.down === "huge") {
    ctx.type = "json";
    ctx.body = `{"x":"${"x".repeat(300_000)}"}`;
    return;
  }
  if (state.down) {
    ctx.status = 503;
    return;
  }
  if (ctx.path === "/jwks") {
    ctx.body = { keys: [{ ...(await jose.exportJWK(key.publicKey)), alg: "RS256", use: "sig", kid: key.kid }] };
    return;
  }
  if (ctx.path.startsWith("/interaction/")) return interact(ctx);
  if (ctx.path === "/common/v2.0/.well-known/openid-configuration") {
    const found = await (await fetch(`${origin}/.well-known/openid-configuration`)).json();
    const { authorization_response_iss_parameter_supported: _, ...rest } = found;
    ctx.body = { ...rest, issuer: `${origin}/{tenantid}/v2.0`, ...state.says };
    return;
  }
  if (ctx.path.startsWith("/login/oauth/") || ctx.path.startsWith("/api/v3/")) return github(ctx);
  await next();
  if (ctx.path === "/.well-known/openid-configuration") Object.assign(ctx.body, state.says);
  if (ctx.path === "/token" && ctx.body?.id_token) ctx.body = { ...ctx.body, id_token: await forged(ctx.body.id_token) };
});

/** The page on which somebody says who they are. */
async function interact(ctx) {
  const chosen = ctx.method === "POST" ? new URLSearchParams(await body(ctx)).get("person") : state.person;
  if (chosen === undefined) {
    const buttons = [...Object.keys(state.people), "nobody"].map((name) => `<button name="person" value="${name}">Continue as ${name}</button>`);
    ctx.type = "html";
    ctx.body = `<!doctype html><html lang="en"><title>A provider</title><h1>A provider</h1><form method="post">${buttons.join("")}</form>`;
    return;
  }
  const result = chosen in state.people ? { login: { accountId: chosen } } : { error: "access_denied", error_description: "no" };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
}

/** OAuth 2 with PKCE, and an interface that says whose a token is. */
const codes = new Map();
async function github(ctx) {
  if (ctx.path === "/login/oauth/authorize") {
    const { redirect_uri, state: back, code_challenge, code_challenge_method } = ctx.query;
    const code = randomBytes(10).toString("hex");
    if (code_challenge_method !== "S256") return ctx.throw(400);
    codes.set(code, { code_challenge, redirect_uri, person: state.person });
    ctx.redirect(`${redirect_uri}?code=${code}&state=${encodeURIComponent(back)}`);
  } else if (ctx.path === "/login/oauth/access_token") {
    const form = new URLSearchParams(await body(ctx));
    const known = codes.get(form.get("code"));
    codes.delete(form.get("code"));
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const right = known?.code_challenge === challenge && known.redirect_uri === form.get("redirect_uri") && form.get("client_id") === CLIENT.id && form.get("client_secret") === CLIENT.secret;
    // As GitHub does: a refusal has a good status.
    ctx.body = right ? { access_token: `token-${known.person}`, scope: "read:user,user:email", token_type: "bearer" } : { error: "bad_verification_code" };
  } else {
    const name = ctx.get("authorization").replace("Bearer token-", "");
    const person = state.people[name];
    if (!person) return ctx.throw(401);
    if (ctx.path === "/api/v3/user") ctx.body = { id: person.number, login: name, name: person.name ?? null };
    else ctx.body = [{ email: `old-${person.email}`, primary: false, verified: true, visibility: null }, { email: person.email, primary: true, verified: person.email_verified, visibility: "public" }];
  }
}

server.on("request", provider.callback());
process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
// Whoever started it is gone when its input ends.
process.stdin.on("end", () => process.exit(0)).resume();
