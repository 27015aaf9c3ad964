/** The id of each row of a file: equal rows are repeated actions, the same file again is the same actions. */
import { createHashCounts } from './hash-counts.ts';

/** A cryptographic digest of a text, 16 bytes or more. */
export type Digest = (text: string) => Uint8Array;

export interface RowIds {
  /**
   * The id of the next row: hash of every mapped column and how often the same was met so far in the file.
   * @param columns the mapped columns as they stand in the file, undefined where absent, in fixed order
   */
  ofRow(columns: readonly (string | undefined)[]): string;
  /** Whether a row of this user with this id of the shop's own came before in the file. Counts it. */
  met(user: string, id: string): boolean;
}

export function createRowIds(digest: Digest): RowIds {
  const counts = createHashCounts();
  const count = (bytes: Uint8Array): number => counts.add(word(bytes, 0), word(bytes, 4));
  return {
    ofRow(columns) {
      // JSON keeps columns apart whatever they hold.
      const bytes = digest(JSON.stringify(columns));
      return `${hex(bytes, 12)}.${count(bytes)}`;
    },
    met: (user, id) => count(digest(JSON.stringify([user, id]))) > 1,
  };
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function hex(bytes: Uint8Array, length: number): string {
  let text = '';
  for (let at = 0; at < length; at += 4) text += word(bytes, at).toString(16).padStart(8, '0');
  return text;
}
