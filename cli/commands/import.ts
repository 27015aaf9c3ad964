/** `npm run import -- FILE`: the actions of a CSV or NDJSON file, into the store or to a server. */
import { statSync } from 'node:fs';
import { MappingError } from '../../core/import/mapping.ts';
import { UnknownTimeZone, type Zone, zoneOf } from '../../core/time.ts';
import { withStore } from '../../local/store-access.ts';
import { type Context, dataOption, defineCommand, text, Usage } from '../framework.ts';
import { type ImportSummary, importFile, type WindowWriter } from '../import/import-file.ts';
import { openRejects, type Rejects } from '../import/rejects.ts';
import { type ActionFile, openActions } from '../import/rows.ts';
import { createServerWriter } from '../import/to-server.ts';
import { createStoreWriter } from '../import/to-store.ts';

export default defineCommand({
  name: 'import',
  summary: 'Stores the actions of a CSV or NDJSON file, each once however often it is imported.',
  arguments: [{ name: '<file>', description: 'CSV or NDJSON, gzip too' }],
  options: {
    map: text(
      'MAP',
      'user=COL,time=COL,type=COL,category=COL[,quantity=COL][,value=COL][,id=COL] (default: user_id, timestamp, type, category, quantity, value or amount, id)',
    ),
    types: text('TYPES', 'FROM=TO,…: renames the file’s types; action types stand as they are'),
    rejects: text('FILE', 'writes line and reason of each row left out'),
    encoding: text('NAME', 'as windows-1252 (default: UTF-8, or UTF-16 where the file shows it)'),
    timeZone: text(
      'ZONE',
      'of a data folder made now; with --url of the shop (default: SHOP_TIME_ZONE, the machine’s)',
    ),
    data: dataOption,
    url: text('URL', 'sends to this server instead, with the key of BUY_TIMING_WRITE_KEY'),
  },
  async run(context, [path = ''], options) {
    checkEncoding(options.encoding);
    const zone = options.timeZone === undefined ? undefined : zoneNamed(options.timeZone);
    if (options.rejects && isSameFile(context.resolve(options.rejects), context.resolve(path))) {
      throw new Usage('--rejects names the file that is imported; it would be overwritten');
    }
    const file = await opened(context.resolve(path), options);
    try {
      const rejects = await openRejects(options.rejects && context.resolve(options.rejects));
      const into = { context, file, rejects };
      const summary = options.url
        ? await toServer(into, options.url, zone)
        : await toStore(into, context.resolve(options.data), context.resolve(path), options.timeZone);
      await rejects.close();
      report(context, summary, rejects);
      return { ...summary };
    } finally {
      file.close();
    }
  },
});

interface Into {
  context: Context;
  file: ActionFile;
  rejects: Rejects;
}

async function toStore({ context, file, rejects }: Into, data: string, path: string, timeZone?: string) {
  return withStore(data, { timeZone, model: false, progress: context.progress }, async (deps) => {
    const writer = await createStoreWriter(deps, { file: path, ownIds: file.ownIds });
    const summary = await importFile({ ...runOptions(context, file, rejects, writer), zone: deps.zone });
    await writer.finish();
    return summary;
  });
}

async function toServer({ context, file, rejects }: Into, url: string, zone: Zone | undefined) {
  const key = process.env.BUY_TIMING_WRITE_KEY;
  if (!key) throw new Usage('--url needs a key of scope write in BUY_TIMING_WRITE_KEY');
  const shopZone = zone ?? zoneNamed(process.env.SHOP_TIME_ZONE || Intl.DateTimeFormat().resolvedOptions().timeZone);
  const writer = createServerWriter(url, key, shopZone);
  return importFile({ ...runOptions(context, file, rejects, writer), zone: shopZone });
}

function runOptions(context: Context, file: ActionFile, rejects: Rejects, writer: WindowWriter) {
  return { file, rejects, writer, clock: Date.now, progress: context.progress };
}

async function opened(path: string, options: { map?: string; types?: string; encoding?: string }): Promise<ActionFile> {
  try {
    return await openActions(path, options);
  } catch (error) {
    if (error instanceof MappingError) throw new Usage(error.message);
    throw error;
  }
}

function zoneNamed(name: string): Zone {
  try {
    return zoneOf(name);
  } catch (error) {
    if (error instanceof UnknownTimeZone) throw new Usage(error.message);
    throw error;
  }
}

/** The same file, also by another name. */
function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a === b || (first !== undefined && first.ino === second?.ino && first.dev === second.dev);
}

function checkEncoding(name: string | undefined): void {
  if (name === undefined) return;
  try {
    new TextDecoder(name);
  } catch {
    throw new Usage(`there is no encoding "${name}"; use a name such as utf-8, utf-16le, windows-1252 or shift_jis`);
  }
}

function report(context: Context, summary: ImportSummary, rejects: Rejects): void {
  const count = (value: number) => value.toLocaleString('en-US');
  const days = summary.firstDay ? `, ${summary.firstDay} to ${summary.lastDay}` : '';
  context.print(
    `${count(summary.read)} rows read: ${count(summary.accepted)} accepted, ${count(summary.duplicates)} there already, ` +
      `${count(summary.rejected)} rejected; ${count(summary.users)} users${days}; ${summary.seconds.toFixed(1)} s`,
  );
  for (const [reason, rows] of Object.entries(rejects.reasons)) context.print(`  ${count(rows)} rejected: ${reason}`);
}
