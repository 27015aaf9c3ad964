/** Looks for traces of a user in anything: the id itself, the pseudonyms of the person, the id encrypted. */
import { gunzipSync } from 'node:zlib';
import type { Pseudonyms } from '../../core/ports/users.ts';

export interface Traces {
  /** What is found in an item of a table: `id`, `pseudonym`, `encrypted id`. */
  inItem(item: unknown): string[];
  /** What is found in a file, compressed or not. */
  inFile(bytes: Uint8Array): string[];
}

/** Shorter ids are texts like others: `u1` or `42` are looked for as a whole value only. */
const TELLING = 6;

/** @param users pseudonyms of all ids of the person */
export function createTraces(id: string, users: readonly string[], pseudonyms: Pick<Pseudonyms, 'decrypt'>): Traces {
  const known = new Set(users);
  const hex = new RegExp(users.join('|'));
  const escaped = id.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const inText =
    id.length < TELLING
      ? new RegExp(`"${escaped}"|^${escaped}[,\t]`, 'm')
      : new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u');

  const isEncrypted = (bytes: Uint8Array): boolean => {
    try {
      return pseudonyms.decrypt(bytes) === id;
    } catch {
      return false;
    }
  };
  const textsIn = (text: string): string[] => [
    ...(text === id || inText.test(text) ? ['id'] : []),
    ...(known.has(text) || hex.test(text) ? ['pseudonym'] : []),
  ];
  const look = (value: unknown): string[] => {
    if (typeof value === 'string') return textsIn(value);
    if (value instanceof Uint8Array) {
      const found = hex.test(Buffer.from(value).toString('hex')) ? ['pseudonym'] : [];
      return isEncrypted(value) ? [...found, 'encrypted id'] : found;
    }
    if (value instanceof Set || Array.isArray(value)) return [...value].flatMap(look);
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).flatMap(([name, inner]) => [...look(name), ...look(inner)]);
    return [];
  };
  const unique = (found: string[]) => [...new Set(found)];
  return {
    inItem: (item) => unique(look(item)),
    inFile(bytes) {
      const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
      const whole = Buffer.from(zipped ? gunzipSync(bytes) : bytes);
      // As hex, too: a file may keep pseudonyms as the 32 bytes that they are.
      return unique([...textsIn(whole.toString('utf8')), ...look(new Uint8Array(whole))]);
    },
  };
}
