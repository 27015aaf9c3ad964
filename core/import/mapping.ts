/** Which column of a file holds which part of an action. */

export const FIELDS = ['user', 'time', 'type', 'category', 'quantity', 'value', 'id'] as const;
export type Field = (typeof FIELDS)[number];

/** Column name of each mapped field; a category, quantity, value or id may be left unmapped. */
export type Mapping = { user: string; time: string; type: string } & Partial<Record<Field, string>>;

/** The mapping does not fit: its text is malformed, or the file lacks a column. The message names the remedy. */
export class MappingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MappingError';
  }
}

const REQUIRED = ['user', 'time', 'type'] as const;

/** Columns that are taken when no mapping is given, the first that the file has. */
const USUAL: Record<Field, readonly string[]> = {
  user: ['user_id'],
  time: ['timestamp'],
  type: ['type'],
  category: ['category'],
  quantity: ['quantity'],
  value: ['value', 'amount'],
  id: ['id'],
};

/**
 * Reads `user=COL,time=COL,type=COL,category=COL[,quantity=COL][,value=COL][,id=COL]`.
 * @throws MappingError
 */
export function parseMapping(text: string): Mapping {
  const mapping: Partial<Record<Field, string>> = {};
  for (const entry of text.split(',')) {
    const equals = entry.indexOf('=');
    const field = entry.slice(0, equals).trim();
    const column = entry.slice(equals + 1).trim();
    if (equals < 0 || column === '') {
      throw new MappingError(`the mapping has an entry that is not FIELD=COLUMN; FIELD is one of ${FIELDS.join(', ')}`);
    }
    if (!isField(field)) {
      throw new MappingError(`the mapping names the field "${field}"; a field is one of ${FIELDS.join(', ')}`);
    }
    if (mapping[field] !== undefined) throw new MappingError(`the mapping names the field "${field}" twice`);
    mapping[field] = column;
  }
  return complete(mapping, (missing) => `the mapping lacks ${missing}`);
}

/**
 * The mapping by usual column names.
 * @throws MappingError when a column that every action needs is not there
 */
export function usualMapping(columns: readonly string[]): Mapping {
  const mapping: Partial<Record<Field, string>> = {};
  for (const field of FIELDS) {
    const column = USUAL[field].find((name) => columns.includes(name));
    if (column !== undefined) mapping[field] = column;
  }
  return complete(
    mapping,
    (missing) =>
      `no column is named as usual for ${missing}; say which with --map user=COL,time=COL,type=COL,category=COL. ${listed(columns)}`,
  );
}

/**
 * Checks that every mapped column is in the file, and only once.
 * @throws MappingError that says which columns there are
 */
export function checkColumns(mapping: Mapping, columns: readonly string[]): void {
  for (const field of FIELDS) {
    const column = mapping[field];
    if (column === undefined) continue;
    const times = columns.filter((name) => name === column).length;
    if (times === 0) throw new MappingError(`there is no column "${column}" for ${field}. ${listed(columns)}`);
    if (times > 1) throw new MappingError(`the column "${column}" for ${field} is there ${times} times; rename one`);
  }
}

/** The mapped fields in their fixed order. */
export function mappedFields(mapping: Mapping): Field[] {
  return FIELDS.filter((field) => mapping[field] !== undefined);
}

function complete(mapping: Partial<Record<Field, string>>, message: (missing: string) => string): Mapping {
  const missing = REQUIRED.filter((field) => mapping[field] === undefined);
  if (missing.length > 0) throw new MappingError(message(missing.join(', ')));
  return mapping as Mapping;
}

function isField(text: string): text is Field {
  return (FIELDS as readonly string[]).includes(text);
}

const LISTED = 40;

function listed(columns: readonly string[]): string {
  if (columns.length === 0) return 'The file has no columns';
  // A file without a header shows its first row here: names are cut so that little of it is repeated.
  const names = columns.slice(0, LISTED).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  const more = columns.length > LISTED ? ` and ${columns.length - LISTED} more` : '';
  return `Columns of the file: ${names.join(', ')}${more}`;
}
