/**
 * Puts audiences together from the score rows of a day. All users are held at once, but as the bytes of their lines and
 * a few numbers each: some 500 bytes a user.
 */
import { type Audience, isHeldOut } from '../../core/audiences/audience.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import type { Day } from '../../core/time.ts';
import { audienceLine, heldOutFile, pageFile, putPages } from './audience-files.ts';

/** A list to make: who is in it, and who of them is held out. */
export interface Wanted {
  name: string;
  has(row: ScoreRow): boolean;
  holdout: number;
}

export interface ListMaker {
  /**
   * Adds the rows of a shard, in any order of shards.
   * @param from place of the shard's first user among all users by pseudonym
   */
  add(rows: readonly ScoreRow[], from: number): void;
  /** P(purchase within 7 days) of every user, by pseudonym. */
  readonly p7: Float64Array;
  /** Writes every list, most probable buyers first. */
  write(objects: ObjectStore, day: Day, list: string): Promise<Map<string, { count: number; heldOut: number }>>;
}

const LISTED = 1;
const HELD_OUT = 2;

/** @param users how many will be added */
export function createListMaker(wanted: readonly Wanted[], users: number): ListMaker {
  const p7 = new Float64Array(users);
  const shardOf = new Uint16Array(users);
  const start = new Uint32Array(users);
  const length = new Uint16Array(users);
  const marks = wanted.map(() => new Uint8Array(users));
  const texts: Buffer[] = [];

  const lineOf = (user: number): Uint8Array => {
    return texts[shardOf[user]!]!.subarray(start[user]!, start[user]! + length[user]!);
  };
  function* marked(mark: Uint8Array, kind: number, order: Uint32Array): Generator<Uint8Array> {
    for (const user of order) if (mark[user] === kind) yield lineOf(user);
  }

  return {
    p7,

    add(rows, from) {
      const lines = rows.map((row) => Buffer.from(audienceLine(row)));
      let at = 0;
      for (const [i, row] of rows.entries()) {
        const user = from + i;
        p7[user] = row.p_7d;
        shardOf[user] = texts.length;
        start[user] = at;
        length[user] = lines[i]!.length;
        at += lines[i]!.length;
        for (const [which, { name, has, holdout }] of wanted.entries())
          if (has(row)) marks[which]![user] = isHeldOut(row.user, { name, holdout }) ? HELD_OUT : LISTED;
      }
      texts.push(Buffer.concat(lines));
    },

    async write(objects, day, list) {
      const order = Uint32Array.from(p7, (_, user) => user);
      order.sort((a, b) => p7[b]! - p7[a]! || a - b);
      const counts = new Map<string, { count: number; heldOut: number }>();
      for (const [which, { name }] of wanted.entries()) {
        const mark = marks[which]!;
        await putPages(objects, (page) => pageFile(day, list, name, page), marked(mark, LISTED, order));
        await putPages(objects, (page) => heldOutFile(day, list, name, page), marked(mark, HELD_OUT, order));
        const total = (kind: number) => mark.reduce((sum, value) => (value === kind ? sum + 1 : sum), 0);
        counts.set(name, { count: total(LISTED), heldOut: total(HELD_OUT) });
      }
      return counts;
    },
  };
}

/** A rule's list as the nightly run made it: it asked the rule when it scored. */
export function scoredInto({ name, holdout }: Audience): Wanted {
  return { name, holdout, has: (row) => row.audiences.includes(name) };
}
