/** The actions that `train`, `export` and `backtest` work on: of a file, or of a data folder's store. */
import { type ActionLog, createActionLogBuilder } from '../core/action-log.ts';
import { describeReject } from '../core/import/cell.ts';
import { MappingError } from '../core/import/mapping.ts';
import { isReject } from '../core/import/row.ts';
import { SHARDS } from '../core/tables.ts';
import { UnknownTimeZone, type Zone, zoneOf } from '../core/time.ts';
import { withStore } from '../local/store-access.ts';
import { type Context, dataOption, Failure, text, Usage } from './framework.ts';
import { openActions } from './import/rows.ts';

/** Options of every command that works on actions. */
export const actionOptions = {
  actions: text('FILE', 'CSV or NDJSON of actions, gzip too (default: the store of --data)'),
  map: text('MAP', 'with --actions: user=COL,time=COL,type=COL,category=COL (default: the usual names, see import)'),
  types: text('TYPES', 'with --actions: FROM=TO,…: renames the file’s types; action types stand as they are'),
  encoding: text('NAME', 'with --actions: as windows-1252 (default: UTF-8, or UTF-16 where the file shows it)'),
  timeZone: text('ZONE', 'with --actions: the shop’s (default: SHOP_TIME_ZONE, the machine’s)'),
  data: dataOption,
};

export interface ActionOptions {
  actions?: string;
  map?: string;
  types?: string;
  encoding?: string;
  timeZone?: string;
  data: string;
}

export interface ActionSource {
  log: ActionLog;
  zone: Zone;
  /** Path of the file; null: the store. */
  file: string | null;
}

/** @throws Usage, Failure */
export async function readActionSource(context: Context, options: ActionOptions): Promise<ActionSource> {
  if (options.actions !== undefined) return readFile(context, context.resolve(options.actions), options);
  const given = (['map', 'types', 'encoding', 'timeZone'] as const).find((name) => options[name] !== undefined);
  if (given) throw new Usage(`--${given === 'timeZone' ? 'time-zone' : given} needs --actions FILE`);
  return readStore(context, context.resolve(options.data));
}

async function readFile(context: Context, path: string, options: ActionOptions): Promise<ActionSource> {
  const builder = createActionLogBuilder();
  const rejected = new Map<string, number>();
  let read = 0;
  try {
    const zone = zoneOf(
      options.timeZone || process.env.SHOP_TIME_ZONE || Intl.DateTimeFormat().resolvedOptions().timeZone,
    );
    const file = await openActions(path, options);
    try {
      for await (const { result } of file.rows(zone, Date.now())) {
        if (++read % 5_000 === 0) context.progress(`${read} rows read, ${Math.floor(file.progress() * 100)} %`);
        if (result === 'repeated') continue;
        if (isReject(result)) {
          const reason = describeReject(result);
          rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
        } else builder.add(result.user, result.action);
      }
    } finally {
      file.close();
    }
    const log = builder.finish();
    for (const [reason, rows] of rejected) context.print(`${rows} of ${read} rows left out: ${reason}`);
    if (log.size === 0) {
      const [reason] = rejected.keys();
      throw new Failure(`${path} has no row that can be used`, reason ?? 'it has only a header');
    }
    return { log, zone, file: path };
  } catch (error) {
    if (error instanceof MappingError || error instanceof UnknownTimeZone) throw new Usage(error.message);
    throw error;
  }
}

/** Users by their pseudonyms: nothing of the shop's own ids leaves the store. */
function readStore(context: Context, folder: string): Promise<ActionSource> {
  return withStore(folder, { mustExist: true, model: false, progress: context.progress }, async (deps) => {
    const builder = createActionLogBuilder();
    let users = 0;
    for (let shard = 0; shard < SHARDS; shard++) {
      for await (const page of deps.users.inShard(shard, '1970-01-01')) {
        for (const { user } of page) {
          for (const action of await deps.actions.read(user)) builder.add(user, action);
          context.progress(`${++users} users read`);
        }
      }
    }
    const log = builder.finish();
    if (log.size === 0) throw new Failure(`the store of ${folder} has no actions`, 'import some first, or name a file');
    return { log, zone: deps.zone, file: null };
  });
}
