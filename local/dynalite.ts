/** The embedded DynamoDB API, with one fault of dynalite 4 mended and one waste of it saved. */
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
  TableStatus?: string;
  LocalSecondaryIndexes?: Index[];
  GlobalSecondaryIndexes?: Index[];
}

interface Index {
  IndexName: string;
  KeySchema: KeySchema[];
}

type Found = (error: unknown, table?: Table) => void;

interface TableDb {
  put(name: string, table: Table, done: Callback): void;
  del(name: string, done: Callback): void;
}

interface Store {
  tableDb: TableDb;
  getTable(name: string, checkStatus: boolean | Found, done?: Found): void;
  getIndexDb(
    kind: string,
    table: string,
    index: string,
  ): { put(key: string, item: Item, done: Callback): void; del(key: string, done: Callback): void };
}

/** What dynalite's own modules call each other by. */
interface Database {
  create(options: Item): Store;
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
  const database: Database = require('dynalite/db');
  separateIndexEntries(database);
  keepTables(database);
  const dynalite: (options: Item) => Server = require('dynalite');
  return dynalite({ ...options, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}

const patched = new WeakSet<Database>();

/** dynalite reads a table's definition from disk for every call on its items: a third of what the store does. */
function keepTables(database: Database): void {
  if (patched.has(database)) return;
  patched.add(database);
  const create = database.create;
  database.create = (options) => {
    const store = create(options);
    const { tableDb } = store;
    const getTable = store.getTable.bind(store);
    const kept = new Map<string, Table>();
    // Forgotten before and after, so that nobody keeps what was read while it changed.
    const forget = (name: string, done: Callback): Callback => {
      kept.delete(name);
      return (error) => {
        kept.delete(name);
        done(error);
      };
    };
    const { put, del } = tableDb;
    tableDb.put = (name, table, done) => put.call(tableDb, name, table, forget(name, done));
    tableDb.del = (name, done) => del.call(tableDb, name, forget(name, done));
    store.getTable = (name, checkStatus, done) => {
      // Calls that look at a table's status may change what they get, so they read their own.
      if (typeof checkStatus !== 'function') return getTable(name, checkStatus, done);
      const known = kept.get(name);
      if (known) return checkStatus(null, known);
      getTable(name, (error, table) => {
        if (!error && table?.TableStatus === 'ACTIVE') kept.set(name, table);
        checkStatus(error, table);
      });
    };
    return store;
  };
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
