/** Sends windows of a file's actions to a server as Segment track calls in batches. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { categoryOf, typeOf } from '../../core/actions/action.ts';
import type { RowAction } from '../../core/import/row.ts';
import { groupRows } from '../../core/import/window.ts';
import type { Zone } from '../../core/time.ts';
import { concurrently } from '../../functions/concurrently.ts';
import { Failure } from '../../local/failure.ts';

/** The server's limits are 2,500 events and 500 KB a batch. */
const BATCH_EVENTS = 1_000;
const BATCH_BYTES = 400_000;
const CONCURRENCY = 4;
const ATTEMPTS = 8;
const LONGEST_WAIT_MS = 30_000;
const REPLY_MS = 60_000;

const replySchema = z.object({
  received: z.number().int(),
  accepted: z.number().int(),
  duplicates: z.number().int().optional(),
  errors: z.array(z.object({ index: z.number().int() })).default([]),
});

export interface Sent {
  accepted: number;
  duplicates: number;
  /** Rows that the server refused. */
  refused: RowAction[];
}

export interface ServerWriter {
  write(rows: readonly RowAction[]): Promise<Sent>;
}

/**
 * @param zone tells which rows are of one day and so go into one batch; the server reads times in its own
 * @throws Failure for an address that is none
 */
export function createServerWriter(address: string, key: string, zone: Zone): ServerWriter {
  const url = batchUrl(address);
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return {
    async write(rows) {
      const sent: Sent = { accepted: 0, duplicates: 0, refused: [] };
      await concurrently([...batchesOf(rows, zone)], CONCURRENCY, async ({ events, rows: sources }) => {
        const reply = await post(url, headers, `{"batch":[${events.join(',')}]}`);
        sent.accepted += reply.accepted;
        const refused = new Set(reply.errors.map(({ index }) => index));
        for (const index of refused) sent.refused.push(sources[index]!);
        sent.duplicates += reply.duplicates ?? reply.received - reply.accepted - refused.size;
      });
      return sent;
    },
  };
}

function batchUrl(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new Failure(`"${address}" is no address`, 'name one such as http://127.0.0.1:8787');
  }
  if (!/^https?:$/.test(url.protocol)) throw new Failure(`the address ${url.origin} is neither http nor https`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/v1/batch`;
}

interface Batch {
  events: string[];
  rows: RowAction[];
}

/** Rows of one user and day go together, so that they become one item of the store. */
function* batchesOf(rows: readonly RowAction[], zone: Zone): Generator<Batch> {
  let batch: Batch = { events: [], rows: [] };
  let bytes = 0;
  for (const row of sorted(rows, zone)) {
    const event = JSON.stringify(eventOf(row));
    const length = Buffer.byteLength(event) + 1;
    if (batch.events.length === BATCH_EVENTS || (bytes + length > BATCH_BYTES && bytes > 0)) {
      yield batch;
      batch = { events: [], rows: [] };
      bytes = 0;
    }
    batch.events.push(event);
    batch.rows.push(row);
    bytes += length;
  }
  if (batch.events.length > 0) yield batch;
}

function sorted(rows: readonly RowAction[], zone: Zone): RowAction[] {
  const place = new Map(rows.map((row) => [row.action, row]));
  return groupRows(rows, zone).flatMap(({ days }) => [...days.values()].flat().map((action) => place.get(action)!));
}

/** The time goes as it stands in the file, so that one without an offset is read in the shop's own zone. */
function eventOf({ user, action, time }: RowAction): Record<string, unknown> {
  const category = categoryOf(action.word);
  const type = typeOf(action.word);
  return {
    type: 'track',
    event: type,
    messageId: action.id,
    userId: user,
    timestamp: time.trim(),
    properties: {
      ...(category && { [type === 'search' ? 'query' : 'category']: category }),
      ...(action.quantity !== undefined && { quantity: action.quantity }),
      ...(action.value !== undefined && { value: action.value }),
    },
  };
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<z.infer<typeof replySchema>> {
  for (let attempt = 1; ; attempt++) {
    const answer = await tryPost(url, headers, body);
    if (answer instanceof Response && answer.ok) return parsed(answer);
    if (answer instanceof Response && answer.status < 500 && answer.status !== 429) throw await refused(answer);
    if (attempt === ATTEMPTS) {
      const what = answer instanceof Response ? `it answers ${answer.status}` : `it does not answer (${answer})`;
      throw new Failure(
        `the server at ${new URL(url).origin} takes no more: ${what}`,
        'import again later; what is stored already is not stored twice',
      );
    }
    await sleep(waitMs(answer, attempt));
  }
}

async function tryPost(url: string, headers: Record<string, string>, body: string): Promise<Response | string> {
  try {
    return await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(REPLY_MS) });
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    return cause?.code ?? (error as Error).name;
  }
}

function waitMs(answer: Response | string, attempt: number): number {
  const asked = answer instanceof Response ? Number(answer.headers.get('retry-after')) * 1000 : 0;
  const backoff = Math.min(LONGEST_WAIT_MS, 250 * 2 ** attempt) * (0.5 + Math.random() / 2);
  return Math.min(LONGEST_WAIT_MS, Math.max(asked || 0, backoff));
}

async function parsed(answer: Response): Promise<z.infer<typeof replySchema>> {
  const reply = replySchema.safeParse(await answer.json().catch(() => undefined));
  if (reply.success) return reply.data;
  throw new Failure(`the server at ${new URL(answer.url).origin} is no Buy Timing: its reply cannot be read`);
}

async function refused(answer: Response): Promise<Failure> {
  const server = new URL(answer.url).origin;
  if (answer.status === 401 || answer.status === 403) {
    return new Failure(`the server at ${server} refuses the key`, 'set BUY_TIMING_WRITE_KEY to a key of scope write');
  }
  return new Failure(`the server at ${server} answers ${answer.status}`);
}
