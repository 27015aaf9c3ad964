import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPseudonyms, Undecipherable } from '../../../adapters/pseudonyms.ts';

const secrets = { pepper: 'p'.repeat(32), encryptionKey: 'k'.repeat(32) };
const pseudonyms = createPseudonyms(secrets);
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('pseudonyms', () => {
  test('a pseudonym is the HMAC-SHA256 of the id under the pepper, in hex', () => {
    fc.assert(
      fc.property(wellFormed, (id) => {
        expect(pseudonyms.pseudonym(id)).toBe(createHmac('sha256', secrets.pepper).update(id).digest('hex'));
      }),
    );
  });

  test('it is the same in every process and another under another pepper', () => {
    expect(createPseudonyms(secrets).pseudonym('u1')).toBe(pseudonyms.pseudonym('u1'));
    expect(createPseudonyms({ ...secrets, pepper: 'q'.repeat(32) }).pseudonym('u1')).not.toBe(
      pseudonyms.pseudonym('u1'),
    );
  });

  test('more users than are remembered get the same pseudonyms again', () => {
    const first = Array.from({ length: 25_000 }, (_, n) => pseudonyms.pseudonym(`user ${n}`));
    expect(new Set(first).size).toBe(25_000);
    for (const n of [0, 1, 4_999, 5_000, 24_999]) expect(pseudonyms.pseudonym(`user ${n}`)).toBe(first[n]);
  });
});

describe('encrypted ids', () => {
  test('every id comes back exactly', () => {
    fc.assert(
      fc.property(wellFormed, (id) => {
        expect(pseudonyms.decrypt(pseudonyms.encrypt(id))).toBe(id);
      }),
    );
    const emoji = '🛒'.repeat(1_000);
    expect(pseudonyms.decrypt(pseudonyms.encrypt(emoji))).toBe(emoji);
  });

  test('the same id is encrypted differently each time, and its text is not in it', () => {
    const one = pseudonyms.encrypt('zoe@example.com');
    expect(Buffer.from(one).equals(pseudonyms.encrypt('zoe@example.com'))).toBe(false);
    expect(Buffer.from(one).includes('zoe')).toBe(false);
  });

  test('a change of any byte is refused', () => {
    const encrypted = pseudonyms.encrypt('u1');
    for (let n = 0; n < encrypted.length; n++) {
      const changed = Uint8Array.from(encrypted);
      changed[n]! ^= 1;
      expect(() => pseudonyms.decrypt(changed)).toThrow(Undecipherable);
    }
  });

  test('what is cut short, empty or noise is refused', () => {
    const encrypted = pseudonyms.encrypt('user 1');
    for (let n = 0; n < encrypted.length; n++) {
      expect(() => pseudonyms.decrypt(encrypted.subarray(0, n))).toThrow(Undecipherable);
    }
    expect(() => pseudonyms.decrypt(randomBytes(64))).toThrow(Undecipherable);
  });

  test('another key is refused', () => {
    const other = createPseudonyms({ ...secrets, encryptionKey: 'x'.repeat(32) });
    expect(() => other.decrypt(pseudonyms.encrypt('u1'))).toThrow(Undecipherable);
  });

  test('one secret alone serves for both', () => {
    const single = createPseudonyms({ pepper: secrets.pepper });
    expect(single.decrypt(single.encrypt('u1'))).toBe('u1');
    expect(single.pseudonym('u1')).toBe(pseudonyms.pseudonym('u1'));
  });

  test('bytes that come from a larger buffer are read from their own part', () => {
    const encrypted = pseudonyms.encrypt('u1');
    const larger = Buffer.concat([Buffer.alloc(7), encrypted, Buffer.alloc(7)]);
    expect(pseudonyms.decrypt(larger.subarray(7, 7 + encrypted.length))).toBe('u1');
  });
});
