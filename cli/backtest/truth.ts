/** What `simulate --truth` wrote: the probability that each purchase was drawn from. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import type { Log, Population } from '../../core/backtest/population.ts';
import type { Protocol } from '../../core/backtest/protocol.ts';
import { Failure } from '../framework.ts';

/** @returns by horizon of the protocol, NaN for rows that the file does not have @throws Failure */
export async function readTruth(
  path: string,
  { log, protocol, population }: { log: Log; protocol: Protocol; population: Population },
): Promise<Float64Array[]> {
  const places = new Map<string, number>();
  for (let row = 0; row < population.rows; row++)
    places.set(`${log.histories[population.user[row]!]!.user}\n${protocol.origins[population.origin[row]!]}`, row);
  const truth = protocol.horizons.map(() => new Float64Array(population.rows).fill(Number.NaN));
  const days = new Set<string>();
  let found = 0;
  try {
    const records = createReadStream(path).pipe(parse({ columns: true }));
    for await (const record of records as AsyncIterable<Record<string, string>>) {
      if (record.user_id === undefined || record.day === undefined)
        throw new Failure(`${path} is not a truth file`, 'make one with `npm run simulate -- --truth FILE.csv`');
      days.add(record.day);
      const row = places.get(`${record.user_id}\n${record.day}`);
      if (row === undefined) continue;
      found++;
      for (const [h, horizon] of protocol.horizons.entries()) truth[h]![row] = Number(record[`p_${horizon}d`]);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`the truth file ${path} cannot be read: ${(error as Error).message}`);
  }
  if (found === 0)
    throw new Failure(
      `${path} knows no active user at any origin`,
      `name --origins among its days, as ${[...days].sort().slice(-4).join(', ')}`,
    );
  return truth;
}
