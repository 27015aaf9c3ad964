/** The embedded DynamoDB API, with one fault of dynalite 4 mended. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';

export interface DynaliteOptions {
  /** Folder of the database; absent: in memory. */
  path?: string;
}

type Item = Record<string, unknown>;
type Callback = (error?: unknown) => void;

interface KeySchema {
  AttributeName: string;
}

interface Table {
  TableName: string;
  LocalSecondaryIndexes?: Index[];
  GlobalSecondaryIndexes?: Index[];
}

interface Index {
  IndexName: string;
  KeySchema: KeySchema[];
}

interface Store {
  getIndexDb(
    kind: string,
    table: string,
    index: string,
  ): { put(key: string, item: Item, done: Callback): void; del(key: string, done: Callback): void };
}

/** What dynalite's own modules call each other by. */
interface Database {
  createKey(item: Item, table: Table, schema?: KeySchema[]): string;
  createIndexKey(item: Item, table: Table, schema: KeySchema[]): string;
  getIndexActions(
    indexes: Index[],
    old: Item | undefined,
    item: Item | undefined,
    table: Table,
  ): { puts: { item: Item }[] };
  updateIndexes(store: Store, table: Table, old: Item | undefined, item: Item | undefined, done: Callback): void;
}

const require = createRequire(import.meta.url);

/** A server that is not listening yet; closing it closes the database. Tables are there at once. */
export function createDynalite(options: DynaliteOptions): Server {
  separateIndexEntries(require('dynalite/db'));
  const dynalite: (options: Item) => Server = require('dynalite');
  return dynalite({ ...options, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}

/**
 * dynalite tells entries of an index that have equal index keys apart by 24 bits of a hash of the item's own key: of
 * 8,000 users of one shard and day, three were in the table and not in the index, and so would never be scored. Here
 * an entry is named by the item's whole key.
 */
function separateIndexEntries(database: Database): void {
  const entryKey: Database['createIndexKey'] = (item, table, schema) =>
    database.createKey(item, table, schema) + database.createKey(item, table);

  database.createIndexKey = entryKey;
  database.updateIndexes = (store, table, old, item, done) => {
    const steps: ((next: Callback) => void)[] = [];
    for (const kind of ['Local', 'Global'] as const) {
      for (const index of table[`${kind}SecondaryIndexes`] ?? []) {
        const entries = store.getIndexDb(kind, table.TableName, index.IndexName);
        // The projected item, if it has the index's keys.
        const kept = database.getIndexActions([index], undefined, item, table).puts[0]?.item;
        const key = kept && entryKey(kept, table, index.KeySchema);
        const oldKey = old && isIndexed(old, index) ? entryKey(old, table, index.KeySchema) : undefined;
        if (oldKey !== undefined && oldKey !== key) steps.push((next) => entries.del(oldKey, next));
        if (kept && key !== undefined) steps.push((next) => entries.put(key, kept, next));
      }
    }
    const run = (error?: unknown): void => {
      const step = steps.shift();
      if (error || !step) done(error);
      else step(run);
    };
    run();
  };
}

function isIndexed(item: Item, index: Index): boolean {
  return index.KeySchema.every(({ AttributeName }) => item[AttributeName] !== undefined);
}
