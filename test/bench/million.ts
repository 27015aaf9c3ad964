/**
 * Four clients at once send events with duplicates, late and malformed ones to a system whose store fails now and then
 * and which is killed and started again: what they were told is accepted is then counted through the API, user by user.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { concurrently } from '../../functions/concurrently.ts';
import { type Bench, resultOf, withTemporaryFolder } from './bench.ts';
import { createClients, type SentEvent } from './million-clients.ts';

const EVENTS = 1_000_000;
const KILLS = 5;
const FAULTS = 0.05;
const STRIPE = 500;
const PER_USER = 100;
const RUN = 25;
const DAY_MS = 86_400_000;
const SYSTEM = fileURLToPath(new URL('./faulty-system.ts', import.meta.url));

interface System {
  child: ChildProcess;
  port: number;
  calls: number;
  failed: number;
}

const bench: Bench = ({ scale, progress }) =>
  withTemporaryFolder(async (folder) => {
    const data = join(folder, 'data');
    const total = Math.max(2_000, Math.round(EVENTS * scale));
    const start = performance.now();
    let system = await startSystem(data, 0);
    const url = `http://127.0.0.1:${system.port}`;
    const keys = JSON.parse(readFileSync(join(data, 'keys.json'), 'utf8')) as { write: string; read: string };
    const faults = { calls: 0, failed: 0 };
    const shop = shopOf(total, Date.now());
    const clients = createClients(url, keys.write);
    let done = 0;
    let sending = true;

    const work = concurrently(clients, clients.length, async (client, mine) => {
      for (let from = mine * STRIPE; from < total; from += clients.length * STRIPE) {
        const stripe = shop.events(from, Math.min(total, from + STRIPE), client.sendsMalformed);
        shop.note(await client.send(stripe));
        done += STRIPE;
        progress(`${Math.min(done, total)} of ${total} events`);
      }
      await client.close();
    }).finally(() => {
      sending = false;
    });
    const killing = (async () => {
      for (let kill = 1; kill <= KILLS; kill++) {
        while (sending && done < (kill * total) / (KILLS + 1)) await sleep(5);
        system.child.kill('SIGKILL');
        faults.calls += system.calls;
        faults.failed += system.failed;
        system = await startSystem(data, system.port);
      }
    })();
    await Promise.all([work, killing]);
    const seconds = (performance.now() - start) / 1000;
    progress('counting');
    faults.calls += system.calls;
    faults.failed += system.failed;
    const counted = await shop.count(url, keys.read);
    system.child.kill('SIGKILL');
    const { lost, doubled, strange, accepted } = counted;
    if (lost + doubled + strange > 0) throw new Error(`${lost} lost, ${doubled} doubled, ${strange} that nobody sent`);
    return resultOf(
      counted.stored,
      accepted,
      'events stored, each once (accepted, by an independent count)',
      [total / seconds],
      {
        sent: shop.sent(),
        ...counted,
        kills: KILLS,
        storeCalls: faults.calls,
        storeCallsFailed: faults.failed,
        seconds: Math.round(seconds),
      },
    );
  });

/** What is sent, what its clients were told, and whether the store holds just that. */
function shopOf(total: number, now: number) {
  const users = Math.max(1, Math.round(total / PER_USER));
  const accepted = new Uint8Array(total);
  const sent = { events: 0, duplicates: 0, late: 0, malformed: 0 };
  const userOf = (n: number) => `u${Math.floor(n / RUN) % users}`;

  const eventOf = (n: number): SentEvent => {
    const late = n % 20 === 3;
    if (late) sent.late++;
    const at = now - (n % 600) * 1000 - (late ? (1 + (n % 40)) * DAY_MS : 0);
    return {
      number: n,
      userId: userOf(n),
      messageId: `m${n}`,
      event: n % 11 === 0 ? 'Order Completed' : 'Product Viewed',
      timestamp: new Date(at),
      properties: { category: `c${n % 30}`, price: n % 90 },
    };
  };

  return {
    sent: () => sent,

    /** Events of a range, a tenth of them twice; some malformed ones among them where the client lets them through. */
    events(from: number, to: number, malformed: boolean): SentEvent[] {
      const events: SentEvent[] = [];
      for (let n = from; n < to; n++) {
        const event = eventOf(n);
        events.push(event);
        sent.events++;
        if (malformed && n % 50 === 7) {
          events.push({ ...event, number: -1, messageId: `bad${n}`, userId: n % 100 === 7 ? ({} as string) : '' });
          sent.malformed++;
        }
        if (n % 10 === 4 && events.length > 1) {
          events.push(events[Math.floor(events.length / 2)]!);
          sent.duplicates++;
        }
      }
      return events;
    },

    note(numbers: Iterable<number>): void {
      for (const number of numbers) if (number >= 0) accepted[number] = 1;
    },

    /** Reads every user through the API and compares ids, without any code of ingest. */
    async count(url: string, key: string) {
      const expected = new Map<string, Set<string>>();
      const known = new Map<string, Set<string>>();
      for (let n = 0; n < total; n++) {
        const user = userOf(n);
        put(known, user, `m${n}`);
        if (accepted[n]) put(expected, user, `m${n}`);
      }
      const result = { stored: 0, accepted: 0, lost: 0, doubled: 0, strange: 0, storedUnacknowledged: 0 };
      await concurrently([...known], 4, async ([user, ids]) => {
        const found = await actionIds(url, key, user);
        const distinct = new Set(found);
        const mine = expected.get(user) ?? new Set();
        result.accepted += mine.size;
        result.doubled += found.length - distinct.size;
        for (const id of mine) if (!distinct.has(id)) result.lost++;
        for (const id of distinct) {
          if (mine.has(id)) result.stored++;
          else if (ids.has(id)) result.storedUnacknowledged++;
          else result.strange++;
        }
      });
      return result;
    },
  };
}

function put(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
}

async function actionIds(url: string, key: string, user: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '1000', ...(cursor && { cursor }) });
    const reply = await fetch(`${url}/v1/users/${user}/actions?${query}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    if (reply.status === 404) return ids;
    // The store fails while it is read, too.
    if (reply.status === 503) continue;
    if (!reply.ok) throw new Error(`the actions of a user answered ${reply.status}`);
    const page = (await reply.json()) as { actions: { id: string }[]; next: string | null };
    ids.push(...page.actions.map(({ id }) => id));
    cursor = page.next;
  }
  return ids;
}

function startSystem(data: string, port: number): Promise<System> {
  const child = fork(SYSTEM, [data, String(port), String(FAULTS)], {
    env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'silent' },
    execArgv: [],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    const system: System = { child, port: 0, calls: 0, failed: 0 };
    child.on('message', (message: Partial<System>) => {
      Object.assign(system, message);
      if (message.port) resolve(system);
    });
    child.once('exit', (code) => reject(new Error(`the system ended with ${code} before it was ready`)));
  });
}

export default bench;
