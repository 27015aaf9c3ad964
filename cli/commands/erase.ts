import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDynamoClient } from '../../adapters/dynamo/client.ts';
import { scanItems } from '../../adapters/dynamo/scan.ts';
import { REGULATION_TYPES } from '../../core/erasure/regulation.ts';
import { TABLES } from '../../core/tables.ts';
import { createHandler } from '../../functions/erase/handler.ts';
import { idsOf } from '../../functions/erase/persons.ts';
import { replayErasures, restoredInstant } from '../../functions/erase/replay.ts';
import { createTraces, type Traces } from '../../functions/erase/traces.ts';
import { beginRegulation } from '../../functions/regulations/begin.ts';
import { regulationBody } from '../../functions/regulations/reply.ts';
import type { Dependencies } from '../../functions/wiring.ts';
import { withStore } from '../../local/store-access.ts';
import { type Context, choice, dataOption, defineCommand, FailedResult, flag, text, Usage } from '../framework.ts';

/** A request is finished within seconds, unless a nightly run holds its users. */
const PATIENCE_MS = 60_000;

interface Found {
  /** `table Users`, or the file's name. */
  place: string;
  what: string[];
}

export default defineCommand({
  name: 'erase',
  summary: 'Erases a user, and every id merged into that user, from the whole store and every file in it.',
  options: {
    user: text('ID', 'the shop’s own id of the user, or an anonymous one', {}),
    type: choice('TYPE', REGULATION_TYPES, 'what is done', { default: 'SUPPRESS_WITH_DELETE' }),
    verify: flag('afterwards search the whole store and every file for the id, its pseudonym and its encrypted form'),
    files: text('FOLDER', 'with --verify: search the files in here, too, as exports and downloads'),
    restoredTo: text(
      'INSTANT',
      'instead of --user: tables were restored to this instant; erases again what was erased since',
    ),
    data: dataOption,
  },
  async run(context, _args, { user, type, verify, files, restoredTo, data }) {
    const options = { model: false, mustExist: true, progress: context.progress };
    if (restoredTo !== undefined) {
      if (user !== undefined || verify) throw new Usage('--restored-to goes with neither --user nor --verify');
      return withStore(context.resolve(data), options, (deps) => again(deps, restoredTo, context));
    }
    if (user === undefined) throw new Usage('--user is missing');
    const bytes = Buffer.byteLength(user);
    if (user.trim() === '' || bytes > 256) throw new Usage('--user must be an id of 1 to 256 bytes');
    if (files !== undefined && !verify) throw new Usage('--files needs --verify');
    return withStore(context.resolve(data), options, async (deps) => {
      // Before the links between them are gone.
      const ids = await idsOf(deps.links, deps.pseudonyms.pseudonym(user));
      const { id } = await beginRegulation(deps, type, [user]);
      const regulation = await untilFinished(deps, id, context.progress);
      context.print(`request ${id} is ${regulation.status}`);
      if (regulation.status !== 'FINISHED')
        context.print('a nightly run is on, or was cut off: the rest is done once it is over (run this again then)');
      if (!verify) return { ...regulation };
      const traces = createTraces(user, ids, deps.pseudonyms);
      const folders = files === undefined ? [] : [context.resolve(files)];
      const { looked, found } = await search(deps, traces, folders, context.progress);
      const result = { ...regulation, verified: { ...looked, found } };
      for (const { place, what } of found) context.print(`found in ${place}: ${what.join(', ')}`);
      if (found.length > 0) throw new FailedResult(result);
      context.print(`nothing of the user in ${looked.items} items and ${looked.files} files`);
      return result;
    });
  },
});

async function again(deps: Dependencies, restoredTo: string, context: Context) {
  const instant = read(restoredTo);
  const ids = await replayErasures(deps, instant);
  for (const id of ids > 0 ? await deps.erasures.waiting() : []) await untilFinished(deps, id, context.progress);
  context.print(`${ids} ids that were erased since ${new Date(instant).toISOString()} are erased again`);
  return { again: ids };
}

function read(restoredTo: string): number {
  try {
    return restoredInstant(restoredTo);
  } catch {
    throw new Usage('--restored-to must be an instant with its zone, as 2026-06-01T10:00:00Z');
  }
}

async function untilFinished(deps: Dependencies, id: string, progress: (text: string) => void) {
  const erase = createHandler(deps);
  for (const start = Date.now(); ; await sleep(500)) {
    await erase();
    const regulation = await deps.erasures.get(id);
    if (!regulation) throw new Error(`request ${id} is gone`);
    if (regulation.status === 'FINISHED' || Date.now() - start > PATIENCE_MS)
      return regulationBody(regulation).data.regulation;
    progress(`erasing: ${regulation.passes.length} passes`);
  }
}

async function search(
  deps: Dependencies,
  traces: Traces,
  folders: readonly string[],
  progress: (text: string) => void,
): Promise<{ looked: { items: number; files: number }; found: Found[] }> {
  const found = new Map<string, Set<string>>();
  const looked = { items: 0, files: 0 };
  const note = (place: string, what: string[]) => {
    if (what.length > 0) found.set(place, new Set([...(found.get(place) ?? []), ...what]));
  };
  const client = createDynamoClient();
  for (const name of Object.keys(TABLES)) {
    for await (const item of scanItems(client, `${deps.environment.TABLE_PREFIX}${name}`)) {
      note(`table ${name}`, traces.inItem(item));
      progress(`${++looked.items} items searched`);
    }
  }
  client.destroy();
  for (const name of await deps.objects.list('')) {
    const bytes = await deps.objects.get(name);
    if (bytes) note(name, traces.inFile(bytes));
    progress(`${++looked.files} files searched`);
  }
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      note(path, traces.inFile(new Uint8Array(await readFile(path))));
      looked.files++;
    }
  }
  return { looked, found: [...found].map(([place, what]) => ({ place, what: [...what] })) };
}
