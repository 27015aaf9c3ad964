import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import type { Pseudonyms } from '../core/ports/users.ts';
import { Lru } from './lru.ts';
import type { Secrets } from './secrets.ts';

/** An encrypted id is one byte of format, the nonce, the tag, then the text of the id. */
const FORMAT = 1;
const HEADER = Uint8Array.of(FORMAT);
const NONCE = 12;
const TAG = 16;
const START = 1 + NONCE + TAG;
/** An import asks for the same users row by row. */
const REMEMBERED = 20_000;

/** The bytes were not made by `encrypt` with this key, or were changed since. */
export class Undecipherable extends Error {
  constructor(reason: string) {
    super(`an encrypted user id cannot be read: ${reason}`);
    this.name = 'Undecipherable';
  }
}

/** Pseudonyms by HMAC-SHA256, ids by AES-256-GCM with a random nonce each. `decrypt` throws Undecipherable. */
export function createPseudonyms(secrets: Secrets): Pseudonyms {
  // Derived, so that one secret can serve for both and a text of any length gives 32 bytes.
  const secret = secrets.encryptionKey ?? secrets.pepper;
  // Key objects, which Node checks once and not at each use.
  const key = createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', 'buy-timing user id 1', 32)));
  const pepper = createSecretKey(Buffer.from(secrets.pepper));
  const known = new Lru<string>(REMEMBERED);
  return {
    pseudonym(userId) {
      const remembered = known.get(userId);
      if (remembered) return remembered;
      const pseudonym = createHmac('sha256', pepper).update(userId, 'utf8').digest('hex');
      known.set(userId, pseudonym);
      return pseudonym;
    },

    encrypt(userId) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(HEADER);
      const text = Buffer.concat([cipher.update(userId, 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([HEADER, nonce, cipher.getAuthTag(), text]));
    },

    decrypt(encrypted) {
      if (encrypted[0] !== FORMAT) throw new Undecipherable('unknown format');
      if (encrypted.length < START) throw new Undecipherable('too short');
      const nonce = encrypted.subarray(1, 1 + NONCE);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
        .setAAD(HEADER)
        .setAuthTag(encrypted.subarray(1 + NONCE, START));
      try {
        return Buffer.concat([decipher.update(encrypted.subarray(START)), decipher.final()]).toString('utf8');
      } catch {
        throw new Undecipherable('made with another key, or changed since');
      }
    },
  };
}
