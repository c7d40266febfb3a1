// Passkeys: what the server asks goes to the browser's authenticator, and its answer goes back. Everything binary
// travels as base64url.
import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { Passkey, PasskeyQuestion } from "./types";

export const passkeysQuery = queryOptions({ queryKey: ["passkeys"], queryFn: () => call<{ items: Passkey[] }>("GET", "/passkeys").then((list) => list.items) });
export const removePasskey = (id: string) => call<void>("DELETE", `/passkeys/${id}`);

/** Passkeys need a name: browsers bind them to none of the numbered addresses, and to no page without TLS but localhost. */
export const mayUsePasskeys = (): boolean => window.isSecureContext && "credentials" in navigator && !/^[\d.]+$|:/.test(window.location.hostname);

const es256 = -7;
const rs256 = -257;

/** Registers a key of this device or a security key. */
export async function addPasskey(name: string, password: string, person: { name: string; email: string }): Promise<void> {
  const asked = await call<PasskeyQuestion>("POST", "/passkeys/question");
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(asked.challenge), rp: { id: asked.site, name: "Countersign" },
      user: { id: new TextEncoder().encode(asked.user), name: person.email, displayName: person.name },
      pubKeyCredParams: [{ type: "public-key", alg: es256 }, { type: "public-key", alg: rs256 }],
      excludeCredentials: asked.known.map((id) => ({ type: "public-key" as const, id: bytes(id) })),
      authenticatorSelection: { userVerification: "required", residentKey: "discouraged" }, attestation: "none",
    },
  });
  const key = made as PublicKeyCredential;
  const response = key.response as AuthenticatorAttestationResponse;
  const publicKey = response.getPublicKey();
  if (!publicKey) throw new Error("The browser did not hand over the key.");
  await call("POST", "/passkeys", {
    body: { name, password, credential: text(key.rawId), client_data: text(response.clientDataJSON), authenticator_data: text(response.getAuthenticatorData()), public_key: text(publicKey) },
  });
}

/** Proves with a key that the person is there. Counts for what is open now. */
export async function confirmWithPasskey(): Promise<void> {
  const asked = await call<PasskeyQuestion>("POST", "/session/confirmation/question");
  const got = await navigator.credentials.get({
    publicKey: { challenge: bytes(asked.challenge), rpId: asked.site, allowCredentials: asked.known.map((id) => ({ type: "public-key" as const, id: bytes(id) })), userVerification: "required" },
  });
  const key = got as PublicKeyCredential;
  const response = key.response as AuthenticatorAssertionResponse;
  await call<void>("POST", "/session/confirmation/passkey", {
    body: { credential: text(key.rawId), client_data: text(response.clientDataJSON), authenticator_data: text(response.authenticatorData), signature: text(response.signature) },
  });
}

/** The person closed the browser's window, or it took too long: nothing to report. */
export const isCancelled = (error: unknown): boolean => error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
