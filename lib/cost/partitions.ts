/** What partitions take that many users or processes share, against what DynamoDB gives one partition. */

import { NEW_LISTS } from '../../adapters/dynamo/outbox.ts';
import { REJECT_LISTS } from '../../adapters/dynamo/sources.ts';
import { EVERY_MS } from '../../adapters/source-ledger.ts';
import { SHARDS } from '../../core/tables.ts';
import { MIX, type Shop, SIZE } from './mix.ts';
import { processesOf, writeUnits } from './usage.ts';

/**
 * Units a second of one partition.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const PARTITION = { writes: 1_000, reads: 3_000 } as const;
/**
 * Seconds: what a partition left unused for so long it gives at once, so rates are means over them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
 */
const BURST = 300;
const DAY = 86_400;

export interface SharedPartition {
  name: string;
  /** Units a second in its busiest five minutes. */
  writes: number;
  reads: number;
}

/** Units of a consistent read. */
const consistent = (bytes: number) => Math.ceil(bytes / 4_096);

/** Every partition whose key is not a user, a link or a request of its own. The night is taken to be over in five minutes. */
export function sharedPartitions({ users, eventsPerDay, eventsPerRequest }: Shop): SharedPartition[] {
  const processes = processesOf((eventsPerDay / eventsPerRequest / DAY) * MIX.peak);
  const acting = users * MIX.acting;
  const windows = acting * MIX.windowsPerActing;
  const every = (seconds: number) => processes / seconds;
  return [
    {
      // The day is the key of the index: a row of it goes and one comes.
      name: `Users, index byShard: one of ${SHARDS} shards`,
      writes: ((acting / DAY) * MIX.peak * 2 * writeUnits(SIZE.indexRow)) / SHARDS,
      // Eventually consistent: the shard is listed by `plan` and to be scored.
      reads: (2 * consistent((users / SHARDS) * SIZE.indexRow)) / 2 / BURST,
    },
    {
      name: 'Runs: a day',
      writes: (SHARDS * writeUnits(SIZE.run)) / BURST,
      // Each shard its plan, and itself; `finish` all of them.
      reads: (SHARDS * (consistent(SIZE.plan) + 2 * consistent(SIZE.run))) / BURST,
    },
    { name: 'Sources: a day', writes: every(EVERY_MS / 1_000) * MIX.sources, reads: 0 },
    {
      name: `Sources: rejects, one of ${REJECT_LISTS} lists, every process with the most there can be`,
      writes: (every(EVERY_MS / 1_000) * writeUnits(SIZE.rejects)) / REJECT_LISTS,
      reads: 0,
    },
    { name: 'Settings: rules of ingest, of the largest size', writes: 0, reads: every(10) * consistent(SIZE.rules) },
    { name: 'Settings: keys', writes: 0, reads: every(30) * MIX.sources },
    { name: 'Erasures: version of the suppressed', writes: 0, reads: every(30) },
    {
      // Into the list, and out of it.
      name: `Outbox, index byList: new events, one of ${NEW_LISTS} lists`,
      writes: (windows * 2 * writeUnits(SIZE.windowEvent)) / NEW_LISTS / BURST,
      reads: (windows * SIZE.windowEvent) / 4_096 / 2 / NEW_LISTS / BURST,
    },
    {
      name: 'Outbox, index byList: events told',
      writes: (windows * writeUnits(SIZE.windowEvent)) / BURST,
      reads: 0,
    },
  ];
}

/** How many times as much a partition would take. */
export function headroom({ writes, reads }: SharedPartition): number {
  return Math.min(PARTITION.writes / writes, PARTITION.reads / reads);
}

/** As it stands in docs/scale.md. */
export function partitionTable(small: Shop, large: Shop): string {
  const of = (shop: Shop) => sharedPartitions(shop).map(({ writes, reads }) => `${rate(writes)} | ${rate(reads)}`);
  const [first, second] = [of(small), of(large)];
  const rows = sharedPartitions(large).map(
    (each, i) => `| ${each.name} | ${first[i]} | ${second[i]} | ${rate(headroom(each))} times |`,
  );
  const [few, many] = [small, large].map(({ users }) => users.toLocaleString('en-US'));
  const head = `| partition | writes, ${few} users | reads | writes, ${many} users | reads | room there |`;
  return [head, '|---|---|---|---|---|---|', ...rows].join('\n');
}

function rate(value: number): string {
  return value > 0 && value < 10 ? String(Number(value.toPrecision(1))) : Math.floor(value).toLocaleString('en-US');
}
