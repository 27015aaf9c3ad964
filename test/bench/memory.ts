/**
 * Memory of a training on a million simulated users on disk: at its last step against a third of the way. A list of the
 * users, or anything else kept of each batch, would make it grow.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTrainingDataWriter } from '../../adapters/training-data.ts';
import { ensurePython } from '../../cli/python.ts';
import { SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { feedShop } from '../../core/simulation/feed.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { ROOT } from '../support/system.ts';
import { type Bench, resultOf, withTemporaryFolder } from './bench.ts';

const USERS = 1_000_000;
/** Users simulated; the disk holds each of them many times, as memory would. */
const DIFFERENT = 1_500;
const STEPS = 300;
const FEWEST_STEPS = 30;

const bench: Bench = async ({ scale, progress }) =>
  withTemporaryFolder(async (folder) => {
    const data = join(folder, 'data');
    const users = Math.round(USERS * scale);
    write(data, users, progress);
    let bytes = 0;
    for (const name of await readdir(data)) bytes += statSync(join(data, name)).size;
    const python = await ensurePython(progress);
    const steps = Math.max(FEWEST_STEPS, Math.round(STEPS * scale));
    progress(`${steps} steps`);
    const { stdout } = await promisify(execFile)(python, [
      ...['-W', 'ignore', join(ROOT, 'test/bench/memory.py'), data, String(steps), String(Math.floor(steps / 3))],
    ]);
    const { megabytes, windows, passes } = JSON.parse(stdout.trim().split('\n').at(-1)!);
    const more = { users, windows, steps, passes, megabytesOnDisk: Math.round(bytes / 2 ** 20) };
    return resultOf(megabytes.at(-1), megabytes[0], 'MB of the process at the last step (at a third)', megabytes, more);
  });

/** Windows of some simulated users again and again, as users of their own. */
function write(folder: string, users: number, progress: (text: string) => void): void {
  const vocabulary = createVocabulary();
  const shop = feedShop(1, vocabulary, { users: Math.min(users, DIFFERENT), kind: 'browsing', queriesPerUser: 4 });
  const writer = createTrainingDataWriter(folder, 'survival');
  const rows = new Map([...shop.statistics].map(([day, vector]) => [day, writer.addShopRow(vector)]));
  const windows = shop.windows.map((window) => ({
    ...window,
    queries: window.queries.map(({ survival, ...query }) => ({
      ...query,
      shopRow: rows.get(query.day)!,
      target: { survival },
    })),
  }));
  for (let user = 0; user < users; user++) {
    writer.addWindow({ ...windows[user % windows.length]!, group: user });
    if (user % 10_000 === 0) progress(`${user} of ${users} users written`);
  }
  writer.finish({ users, vocabulary: vocabulary.words, shopStatistics: SHOP_STATISTICS });
}

export default bench;
