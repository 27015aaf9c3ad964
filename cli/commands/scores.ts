import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ScoreRow } from '../../core/score-rows.ts';
import { type Day, isDay } from '../../core/time.ts';
import { createFinishedRuns } from '../../functions/runs/finished-runs.ts';
import { readRows } from '../../functions/runs/score-files.ts';
import type { Dependencies } from '../../functions/wiring.ts';
import { withStore } from '../../local/store-access.ts';
import { dataOption, defineCommand, Failure, text, Usage } from '../framework.ts';

const COLUMNS =
  'user_id,day,silence_days,p_1d,p_3d,p_7d,p_14d,p_30d,expected,low,high,band,origin,model_version' as const;

export default defineCommand({
  name: 'scores',
  summary: 'Writes the scores of a day as CSV, with the shop’s own user ids.',
  options: {
    day: text('YYYY-MM-DD', 'day of the scores (default: the latest with a finished run)'),
    out: text('FILE.csv', 'where they go', { required: true }),
    data: dataOption,
  },
  async run(context, _args, { day, out, data }) {
    if (day !== undefined && !isDay(day)) throw new Usage(`--day ${day} is not a day; write it as YYYY-MM-DD`);
    const file = context.resolve(out);
    const options = { mustExist: true, model: false, progress: context.progress };
    return withStore(context.resolve(data), options, async (deps) => {
      const finished = createFinishedRuns(deps);
      const run = await (day ? finished.of(day) : finished.latest());
      if (!run) {
        throw new Failure(
          day ? `there is no finished run of ${day}` : 'no nightly run has finished yet',
          `run it first: npm run nightly${day ? ` -- --day ${day}` : ''}`,
        );
      }
      let rows = 0;
      const lines = async function* () {
        yield `${COLUMNS}\n`;
        for await (const part of scoreLines(deps, run.day)) {
          rows += part.length;
          context.progress(`${rows} of ${run.state.users} users`);
          yield part.join('');
        }
      };
      await writeWhole(file, lines());
      context.print(`${rows} users of ${run.day} in ${file}`);
      return { day: run.day, rows };
    });
  },
});

/** The lines of each score file of a day. */
async function* scoreLines(deps: Dependencies, day: Day): AsyncGenerator<string[]> {
  for (const name of await deps.objects.list(`scores/day=${day}/`)) {
    const rows = await readRows(deps.objects, name);
    const records = await deps.users.getMany(rows.map(({ user }) => user));
    const ids = new Map(records.map((record) => [record.user, deps.pseudonyms.decrypt(record.encryptedId)]));
    // A user erased since is in no list of the shop any more.
    yield rows.flatMap((row) => {
      const id = ids.get(row.user);
      return id === undefined ? [] : [lineOf(id, row)];
    });
  }
}

function lineOf(id: string, row: ScoreRow): string {
  const cells = COLUMNS.split(',').map((column) => (column === 'user_id' ? id : row[column as keyof ScoreRow]));
  return `${cells.map((cell) => quote(String(cell))).join(',')}\n`;
}

/** RFC 4180. */
function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Writes a file whole or not at all. @throws Failure when it cannot be written */
async function writeWhole(file: string, text: AsyncIterable<string>): Promise<void> {
  const temporary = join(dirname(file), `.${process.pid}.scores.new`);
  try {
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Readable.from(text), createWriteStream(temporary, { mode: 0o600 }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!code || !syscall || !['open', 'write', 'rename', 'mkdir'].includes(syscall)) throw error;
    throw new Failure(`${file} cannot be written (${code})`, 'choose another --out', { cause: error });
  }
}
