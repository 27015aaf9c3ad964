/**
 * The demo shop of a first start: simulated users of the last 120 days, sent to the shop's own `POST /v1/batch`.
 * `demo.json` in the data folder says what it is made from and how far it is, so that an interrupted fill goes on.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { drawShop, simulateUsers } from '../core/simulation/index.ts';
import { addDays, type Day, type Zone } from '../core/time.ts';
import { damaged } from './data-folder.ts';
import { demoBatches, type TrackingCall } from './demo-events.ts';
import { Failure } from './failure.ts';
import { readText, writeJson } from './files.ts';

const schema = z.object({
  users: z.number().int(),
  seed: z.number().int(),
  firstDay: z.string(),
  /** Batches that are stored. */
  sent: z.number().int(),
  filled: z.boolean(),
  /** Whether the run that follows the fill has finished. */
  done: z.boolean(),
});

export type DemoState = z.infer<typeof schema>;

export const DEMO_DAYS = 120;
const SEED = 20_260_101;
/** Requests at once: more gain nothing, since the store writes one after another. */
const SENDERS = 4;
const ATTEMPTS = 6;

export interface Demo {
  state: DemoState;
  save(change: Partial<DemoState>): void;
}

/** The demo of a folder, if it has one. @throws Failure when its file cannot be read */
export function readDemo(folder: string): Demo | undefined {
  const text = readText(join(folder, 'demo.json'));
  if (text === undefined) return undefined;
  try {
    return demoOf(folder, schema.parse(JSON.parse(text)));
  } catch {
    throw damaged(folder, 'demo.json cannot be read');
  }
}

/** Notes down that the folder shall have a demo shop whose last day is the one before `today`. */
export function planDemo(folder: string, users: number, today: Day): Demo {
  const demo = demoOf(folder, {
    users,
    seed: SEED,
    firstDay: addDays(today, -DEMO_DAYS),
    sent: 0,
    filled: false,
    done: false,
  });
  demo.save({});
  return demo;
}

/** Sends what is missing of the demo shop. @param stopped true: ends early; the next start goes on */
export async function fillDemo(options: {
  demo: Demo;
  url: string;
  writeKey: string;
  zone: Zone;
  progress: (text: string) => void;
  stopped: () => boolean;
}): Promise<void> {
  const { demo, progress, stopped } = options;
  const { seed, users, firstDay, sent } = demo.state;
  const shop = drawShop(seed, { kind: 'demo', users, days: DEMO_DAYS, start: firstDay });
  let seen = 0;
  const counted = (function* () {
    for (const user of simulateUsers(shop)) {
      seen++;
      yield user;
    }
  })();
  const batches = demoBatches(counted, options.zone);
  let next = 0;
  const inFlight = new Set<number>();
  const sender = async () => {
    for (let item = batches.next(); !item.done && !stopped(); item = batches.next()) {
      const index = next++;
      if (index < sent) continue;
      inFlight.add(index);
      await send(options.url, options.writeKey, item.value);
      inFlight.delete(index);
      demo.save({ sent: Math.min(next, ...inFlight) });
      progress(`filling the demo shop: ${Math.min(seen, users)} of ${users} users`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  if (!stopped()) demo.save({ filled: true });
}

function demoOf(folder: string, initial: DemoState): Demo {
  const demo: Demo = {
    state: initial,
    save(change) {
      demo.state = { ...demo.state, ...change };
      writeJson(join(folder, 'demo.json'), demo.state);
    },
  };
  return demo;
}

async function send(url: string, writeKey: string, batch: TrackingCall[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${url}/v1/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${writeKey}` },
      body: JSON.stringify({ batch }),
    });
    const reply = (await response.json()) as { errors?: { code: string; message: string }[]; detail?: string };
    if (response.ok && !reply.errors?.length) return;
    if (response.ok) throw new Failure(`the demo shop was refused: ${reply.errors?.[0]?.message}`);
    if (attempt === ATTEMPTS || (response.status < 500 && response.status !== 429)) {
      throw new Failure(`the demo shop cannot be stored (${response.status} ${reply.detail ?? ''})`);
    }
    await sleep(200 * 2 ** attempt * (0.5 + Math.random()));
  }
}
