/** Rows a second of `import`, against one item a row written to the same kind of store as often at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concurrently } from '../../functions/concurrently.ts';
import { withStore } from '../../local/store-access.ts';
import { keepingEnvironment } from '../support/environment.ts';
import { type Bench, command, resultOf, simulated, withTemporaryFolder } from './bench.ts';

const USERS = 800;
const SAMPLE = 4_000;
const CONCURRENCY = 32;

const bench: Bench = ({ scale, progress }) =>
  withTemporaryFolder(async (folder) => {
    const file = join(folder, 'actions.csv');
    progress('simulating a shop');
    await simulated(file, Math.ceil(USERS * scale), 60);
    const runs: number[] = [];
    let rows = 0;
    for (let run = 0; run < 2; run++) {
      progress(`importing it, ${run + 1} of 2`);
      const data = join(folder, `data-${run}`);
      const { accepted, seconds } = await command(['import', file, '--data', data, '--time-zone', 'UTC']);
      rows = Number(accepted);
      runs.push(rows / Number(seconds));
    }
    progress('writing one item a row');
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .slice(1, 1 + Math.ceil(SAMPLE * scale));
    const seconds = await keepingEnvironment(() => oneItemPerRow(join(folder, 'data-rows'), lines));
    return resultOf(Math.max(...runs), lines.length / seconds, 'rows/s (one item a row)', runs, { rows });
  });

function oneItemPerRow(data: string, lines: string[]): Promise<number> {
  return withStore(data, { timeZone: 'UTC', model: false }, async ({ actions, pseudonyms }) => {
    const start = performance.now();
    await concurrently(lines, CONCURRENCY, (line, row) => {
      const [user = '', time = '', type = '', category = ''] = line.split(',');
      const action = { word: `${type}:${category}`, at: Date.parse(`${time}Z`), id: String(row) };
      const chunk = { user: pseudonyms.pseudonym(user), day: time.slice(0, 10), chunk: String(row), actions: [action] };
      return actions.put(chunk);
    });
    return (performance.now() - start) / 1000;
  });
}

export default bench;
