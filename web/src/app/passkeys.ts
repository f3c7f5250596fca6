// The browser's side of passkeys (WebAuthn): from the server's JSON to what the browser takes, and back. Written out, for not every
// browser that has passkeys can read and write JSON of them.

/** What a server asks, as `navigator.credentials` takes it but for bytes, which are base64url. */
export type PasskeyOptions = { readonly publicKey: Record<string, unknown> };
export type PasskeyAnswer = Record<string, unknown>;

/** The person closed the browser's question, or let it wait for too long. */
export class PasskeyGivenUp extends Error {}
/** This device holds a passkey of the account already. */
export class PasskeyKnown extends Error {}

/** Passkeys are of a host name; a page at an address has none. */
export const passkeysHere = (): boolean => typeof PublicKeyCredential !== "undefined" && window.isSecureContext && !/^[\d.]+$|:/.test(location.hostname);

/** Whether the browser can offer passkeys among what it fills in. */
export async function passkeysFillIn(): Promise<boolean> {
  return passkeysHere() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
}

export async function makePasskey({ publicKey }: PasskeyOptions): Promise<PasskeyAnswer> {
  const user = publicKey.user as Record<string, unknown>;
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), user: { ...user, id: bytes(user.id) }, excludeCredentials: listed(publicKey.excludeCredentials) };
  const made = await asked(() => navigator.credentials.create({ publicKey: options as unknown as PublicKeyCredentialCreationOptions }));
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...common(made),
    response: { attestationObject: text(response.attestationObject), clientDataJSON: text(response.clientDataJSON), transports: response.getTransports?.() ?? [] },
  };
}

/** With a signal it waits among what the browser fills in, until a passkey is chosen there or the signal ends it. */
export async function usePasskey({ publicKey }: PasskeyOptions, signal?: AbortSignal): Promise<PasskeyAnswer> {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: listed(publicKey.allowCredentials) };
  const request = { publicKey: options as unknown as PublicKeyCredentialRequestOptions, ...(signal && { signal, mediation: "conditional" as const }) };
  const used = await asked(() => navigator.credentials.get(request));
  const response = used.response as AuthenticatorAssertionResponse;
  return {
    ...common(used),
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const answer = await ask();
    if (answer) return answer as PublicKeyCredential;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "InvalidStateError") throw new PasskeyKnown();
  }
  throw new PasskeyGivenUp();
}

const common = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
});

const listed = (list: unknown) => (Array.isArray(list) ? list.map((each: Record<string, unknown>) => ({ ...each, id: bytes(each.id) })) : []);

export function bytes(base64url: unknown): Uint8Array<ArrayBuffer> {
  const binary = atob(String(base64url).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
}

export function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
