/**
 * What rules ask of every user (or of a sample) as one compact table, so that a rule is counted while it is written:
 * 100,000 users are some 8 MB. It names nobody.
 */
import type { Likely } from '../forecasts.ts';
import { HORIZONS } from '../model/contract.ts';
import { STAGES } from '../profiles/stages.ts';
import type { ScoreRow } from '../score-rows.ts';
import { BANDS } from '../scores.ts';
import { isWithin, matches, type Rule, type Subject } from './rule.ts';

export interface SubjectTable {
  /** Users of the whole run; more than `length` where the table is a sample. */
  users: number;
  length: number;
  /** Likely next categories, those of most users first. */
  categories: readonly string[];
  /** Users of the table that are in the rule's audience. */
  count(rule: Rule): number;
}

/** Above so many users the table is a sample of about as many. */
export const WHOLE = 100_000;

/** Columns of a table by user. */
interface Columns {
  /** [length][HORIZONS] */
  probability: Float64Array;
  silence: Uint8Array;
  band: Uint8Array;
  stage: Uint8Array;
  /** Days; 0 for today cannot be, so 0 stands for never. */
  boughtAgo: Uint16Array;
  consent: Uint8Array;
  /** `listed[first[i]]` to `listed[first[i + 1]]`: the user's next categories. */
  first: Uint32Array;
  listed: Uint16Array;
  /** P of each, in 65,535ths: as the forecast keeps it. */
  share: Uint16Array;
}

const NAMES = [
  'probability',
  'silence',
  'band',
  'stage',
  'boughtAgo',
  'consent',
  'first',
  'listed',
  'share',
] as const satisfies (keyof Columns)[];
const TYPES = {
  probability: Float64Array,
  silence: Uint8Array,
  band: Uint8Array,
  stage: Uint8Array,
  boughtAgo: Uint16Array,
  consent: Uint8Array,
  first: Uint32Array,
  listed: Uint16Array,
  share: Uint16Array,
} as const;
const MOST_CATEGORIES = 65_535;
const LONGEST_AGO = 65_535;
const UNIT = 65_535;

export interface TableBuilder {
  add(row: ScoreRow): void;
  /** The table as bytes, for `openTable`. */
  bytes(): Uint8Array;
}

/** @param users of the whole run; above 100,000 only a sample is kept, by the users' pseudonyms */
export function createTableBuilder(users: number): TableBuilder {
  // A pseudonym is a hash, so its first digits draw a fair sample, the same every night.
  const below = users <= WHOLE ? 2 ** 32 : (WHOLE / users) * 2 ** 32;
  const numbers = new Map<string, number>();
  const used: number[] = [];
  const values = { probability: [], silence: [], band: [], stage: [], boughtAgo: [], consent: [] } as Record<
    string,
    number[]
  >;
  const first = [0];
  const listed: number[] = [];
  const share: number[] = [];

  const addCategory = ({ text, p }: Likely): void => {
    let number = numbers.get(text);
    if (number === undefined) {
      if (numbers.size === MOST_CATEGORIES) return;
      number = numbers.size;
      numbers.set(text, number);
      used.push(0);
    }
    used[number]!++;
    listed.push(number);
    share.push(Math.round(p * UNIT));
  };

  return {
    add(row) {
      if (Number.parseInt(row.user.slice(0, 8), 16) >= below) return;
      values.probability!.push(row.p_1d, row.p_3d, row.p_7d, row.p_14d, row.p_30d);
      values.silence!.push(row.silence_days);
      values.band!.push(BANDS.indexOf(row.band));
      values.stage!.push(STAGES.indexOf(row.stage));
      values.boughtAgo!.push(row.bought_days === null ? 0 : Math.min(LONGEST_AGO, Math.max(1, row.bought_days)));
      values.consent!.push(row.consent_marketing ? 1 : 0);
      for (const category of row.next_categories) addCategory(category);
      first.push(listed.length);
    },

    bytes() {
      const columns = { ...values, first, listed, share } as Record<(typeof NAMES)[number], number[]>;
      const arrays = NAMES.map((name) => TYPES[name].from(columns[name]));
      const categories = [...numbers.keys()];
      const head = new TextEncoder().encode(
        JSON.stringify({ users, lengths: arrays.map(({ length }) => length), categories, used }),
      );
      const size = arrays.reduce((sum, array) => aligned(sum) + array.byteLength, aligned(4 + head.length));
      const bytes = new Uint8Array(size);
      new DataView(bytes.buffer).setUint32(0, head.length, true);
      bytes.set(head, 4);
      let at = aligned(4 + head.length);
      for (const array of arrays) {
        at = aligned(at);
        bytes.set(new Uint8Array(array.buffer), at);
        at += array.byteLength;
      }
      return bytes;
    },
  };
}

/** @param bytes of a TableBuilder, on their own from the start of their buffer */
export function openTable(bytes: Uint8Array<ArrayBuffer>): SubjectTable {
  const headLength = new DataView(bytes.buffer).getUint32(0, true);
  const head: { users: number; lengths: number[]; categories: string[]; used: number[] } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + headLength)),
  );
  let at = aligned(4 + headLength);
  const columns = Object.fromEntries(
    NAMES.map((name, i) => {
      at = aligned(at);
      const array = new TYPES[name](bytes.buffer, at, head.lengths[i]!);
      at += array.byteLength;
      return [name, array];
    }),
  ) as unknown as Columns;
  const length = columns.silence.length;
  const order = head.categories.map((_, number) => number).sort((a, b) => head.used[b]! - head.used[a]!);
  return {
    users: head.users,
    length,
    categories: order.map((number) => head.categories[number]!),
    count(rule) {
      const { subject, look } = reader(columns, head.categories);
      let count = 0;
      for (let user = 0; user < length; user++) {
        look(user);
        if (matches(rule, subject)) count++;
      }
      return count;
    },
  };
}

/** One subject for all users: `look` moves it to another one. */
function reader(columns: Columns, categories: readonly string[]): { subject: Subject; look(user: number): void } {
  let user = 0;
  const within = new Map<string, Uint8Array>();
  const membersOf = (name: string): Uint8Array => {
    let members = within.get(name);
    if (!members) {
      members = Uint8Array.from(categories, (category) => (isWithin(category, name) ? 1 : 0));
      within.set(name, members);
    }
    return members;
  };
  const places = new Map(HORIZONS.map((days, i): [number, number] => [days, i]));
  const subject: Subject = {
    probability: (days) => columns.probability[user * HORIZONS.length + places.get(days)!]!,
    get band() {
      return BANDS[columns.band[user]!]!;
    },
    category(name) {
      const members = membersOf(name);
      let p = 0;
      for (let i = columns.first[user]!; i < columns.first[user + 1]!; i++)
        if (members[columns.listed[i]!]) p += columns.share[i]! / UNIT;
      return p;
    },
    get silence() {
      return columns.silence[user]!;
    },
    get stage() {
      return STAGES[columns.stage[user]!]!;
    },
    get boughtAgo() {
      return columns.boughtAgo[user] || Number.POSITIVE_INFINITY;
    },
    get consent() {
      return columns.consent[user] === 1;
    },
  };
  return {
    subject,
    look(other) {
      user = other;
    },
  };
}

/** Arrays of 8-byte numbers begin at a multiple of 8. */
function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}
