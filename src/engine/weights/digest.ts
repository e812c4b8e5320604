/**
 * SHA-256 of bytes as 64 lower-case hex digits. `crypto.subtle` exists only in secure contexts; on a
 * plain-HTTP address of the local network a JavaScript implementation takes its place.
 */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  const digest = subtle
    ? new Uint8Array(await subtle.digest('SHA-256', bytes))
    : (await import('@noble/hashes/sha2.js')).sha256(bytes);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
