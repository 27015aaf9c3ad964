/** One row of a file as an action, or why it is none. */
import { type Action, type ActionType, wordOf } from '../actions/action.ts';
import { searchTerm, slugCategory } from '../actions/category.ts';
import { plainNumber } from '../actions/numbers.ts';
import { ID_BYTES } from '../ingest/event.ts';
import { utf8Bytes } from '../text.ts';
import type { Zone } from '../time.ts';
import { parseTimestamp } from '../timestamps.ts';
import type { Cell, Reject, RowProblem } from './cell.ts';
import { type Field, type Mapping, mappedFields } from './mapping.ts';
import type { RowIds } from './row-ids.ts';
import type { TypeNames } from './types.ts';

/** A row that can be stored. */
export interface RowAction {
  /** The shop's own id of the user. */
  user: string;
  action: Action;
  /** The time as it stands in the file. */
  time: string;
}

/** `repeated`: the row has an id of the shop's own that a row of the same user before it had. */
export type RowResult = RowAction | 'repeated' | Reject;

export interface RowContext {
  mapping: Mapping;
  types: TypeNames;
  zone: Zone;
  ids: RowIds;
  /** Epoch milliseconds; a later action is refused, with a day of grace for clocks and zones. */
  now: number;
}

const GRACE_MS = 86_400_000;
const LONGEST_TEXT = 10_000;
const UNDECODABLE = '\ufffd';

export function isReject(result: RowResult): result is Reject {
  return typeof result === 'object' && 'problem' in result;
}

/** A reader of the rows of one file, to be called on every row in their order. */
export function createRowReader(context: RowContext): (cells: readonly Cell[]) => RowResult {
  const { mapping, types, zone, ids, now } = context;
  const fields = mappedFields(mapping);
  const place = Object.fromEntries(fields.map((field, index) => [field, index])) as Partial<Record<Field, number>>;

  return (cells) => {
    const reject = (field: Field, problem: RowProblem): Reject => ({ problem, column: mapping[field]! });
    const texts: (string | undefined)[] = [];
    for (const [index, field] of fields.entries()) {
      const text = textOf(cells[index]);
      if (typeof text === 'object') return reject(field, text.problem);
      texts.push(text);
    }
    const text = (field: Field): string | undefined => texts[place[field] ?? -1];

    const user = text('user');
    if (user === undefined) return reject('user', 'absent');
    if (utf8Bytes(user) > ID_BYTES) return reject('user', 'too-long');

    const time = text('time');
    if (time === undefined) return reject('time', 'absent');
    const at = parseTimestamp(time, zone);
    if (at === undefined) return reject('time', 'not-a-time');
    if (at < 0) return reject('time', 'before-1970');
    if (at > now + GRACE_MS) return reject('time', 'in-the-future');

    const typeName = text('type');
    if (typeName === undefined) return reject('type', 'absent');
    const type = types(typeName);
    if (type === undefined) return reject('type', 'not-an-action-type');

    const quantity = numberOf(text('quantity'));
    if (quantity === 'wrong') return reject('quantity', 'not-a-number');
    const value = numberOf(text('value'));
    if (value === 'wrong') return reject('value', 'not-a-number');

    let id: string;
    if (place.id === undefined) {
      id = ids.ofRow(texts);
    } else {
      const given = text('id');
      if (given === undefined) return reject('id', 'absent');
      if (utf8Bytes(given) > ID_BYTES) return reject('id', 'too-long');
      if (ids.met(user, given)) return 'repeated';
      id = given;
    }
    const action: Action = { word: wordOf(type, categoryFor(type, text('category'))), at, id };
    if (value !== undefined) action.value = value;
    if (quantity !== undefined) action.quantity = quantity;
    return { user, action, time };
  };
}

/** The cell's text, undefined for one with nothing in it. */
function textOf(cell: Cell): string | undefined | { problem: RowProblem } {
  if (cell === undefined || typeof cell === 'object') return cell;
  if (cell.trim() === '') return undefined;
  if (cell.length > LONGEST_TEXT) return { problem: 'too-long' };
  return cell.includes(UNDECODABLE) || !cell.isWellFormed() ? { problem: 'undecodable' } : cell;
}

function categoryFor(type: ActionType, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return type === 'search' ? searchTerm(text) : slugCategory(text);
}

function numberOf(text: string | undefined): number | undefined | 'wrong' {
  return text === undefined ? undefined : (plainNumber(text) ?? 'wrong');
}
