/** `predictions.csv.gz`: every probability that was judged, so that anyone can recompute every figure. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Prediction } from '../../core/backtest/judge.ts';
import type { Log, Population } from '../../core/backtest/population.ts';
import type { Protocol } from '../../core/backtest/protocol.ts';

const HEADER = 'model,seed,user_id,origin,horizon,p,label\n';
const FLUSH_CHARACTERS = 200_000;

export async function writePredictions(
  path: string,
  from: { log: Log; protocol: Protocol; population: Population; predictions: readonly Prediction[] },
): Promise<void> {
  await pipeline(Readable.from(lines(from)), createGzip({ level: 4 }), createWriteStream(path));
}

function* lines({ log, protocol, population, predictions }: Parameters<typeof writePredictions>[1]): Generator<string> {
  const ids = log.histories.map(({ user }) => quoted(user));
  let block = HEADER;
  for (const { model, seed, probability } of predictions)
    for (const [h, horizon] of protocol.horizons.entries()) {
      const labels = population.labels[h]!;
      for (let row = 0; row < population.rows; row++) {
        if (labels[row]! < 0) continue;
        const origin = protocol.origins[population.origin[row]!];
        block += `${model},${seed},${ids[population.user[row]!]},${origin},${horizon},${probability[h]![row]},${labels[row]}\n`;
        if (block.length < FLUSH_CHARACTERS) continue;
        yield block;
        block = '';
      }
    }
  yield block;
}

/** A cell of CSV (RFC 4180). Ids stay as they are: a leading `=` is a spreadsheet's matter, not a log's. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
