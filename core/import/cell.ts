/** One value of a file as text, and what may be wrong with a value or a row. */

/** What is wrong with a row. */
export type RowProblem =
  | 'absent'
  | 'not-a-value'
  | 'inexact-number'
  | 'undecodable'
  | 'too-long'
  | 'not-a-time'
  | 'before-1970'
  | 'in-the-future'
  | 'not-an-action-type'
  | 'not-a-category'
  | 'not-a-number'
  | 'wrong-column-count'
  | 'not-json'
  | 'refused';

/** A row that is left out, and why. Holds nothing of what the row held. */
export interface Reject {
  problem: RowProblem;
  /** Absent when the row as a whole is at fault. */
  column?: string;
}

const SAID: Record<RowProblem, string> = {
  absent: 'is empty or not there',
  'not-a-value': 'is neither text nor a number',
  'inexact-number': 'is a number too large to be read exactly; write it as text',
  undecodable: 'is not valid UTF-8; import the file again with --encoding, as windows-1252',
  'too-long': 'is too long',
  'not-a-time': 'is not a time in ISO 8601, epoch seconds or milliseconds',
  'before-1970': 'is before 1970',
  'in-the-future': 'is in the future',
  'not-an-action-type': 'is not an action type; rename it with --types',
  'not-a-category': 'is not a category',
  'not-a-number': 'is not a number in its range',
  'wrong-column-count': 'the row has more or fewer columns than the header',
  'not-json': 'the line is not a JSON object',
  refused: 'the server refused it',
};

/** The reason in words, without any value of the row. */
export function describeReject({ problem, column }: Reject): string {
  return column === undefined ? SAID[problem] : `column "${column}" ${SAID[problem]}`;
}

/** Text as it stands in the file, undefined where it is absent, or why it cannot be taken. */
export type Cell = string | undefined | { problem: RowProblem };

/** A value of JSON as a cell. */
export function cellOfJson(value: unknown): Cell {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') return { problem: 'not-a-value' };
  // JSON.parse rounds larger ones, so that two users would become one.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return { problem: 'inexact-number' };
  return String(value);
}
