import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createActionStore } from '../../../adapters/dynamo/actions.ts';
import { createDynamoClient, type DynamoClient } from '../../../adapters/dynamo/client.ts';
import { createSettingStore } from '../../../adapters/dynamo/settings.ts';
import { createUserStore } from '../../../adapters/dynamo/users.ts';
import type { ActionChunk } from '../../../core/ports/actions.ts';
import { StoreBusy } from '../../../core/ports/store-busy.ts';
import { type Fault, type FaultyStore, startFaults } from '../../support/faults.ts';
import { FACTS } from '../../support/forecasts.ts';
import { startStore, type TestStore } from '../../support/store.ts';

const DAY = '2026-03-02';

let store: TestStore;
let faults: FaultyStore;
let client: DynamoClient;

beforeAll(async () => {
  store = await startStore();
  faults = await startFaults(store.port);
});
afterAll(async () => {
  await faults.stop();
  await store.stop();
});
beforeEach(() => {
  faults.decide = () => 'pass';
  client = createDynamoClient({ endpoint: faults.url });
});

function chunk(user: string): ActionChunk {
  return { user, day: DAY, chunk: 'c', actions: [{ word: 'view', at: Date.parse(DAY), id: `${user}-1` }] };
}

/** Faults by a fixed random order, so that a failing run can be run again. */
function fromSeed(seed: number, share: number, kinds: Fault[]): () => Fault {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return () => (next() < share ? kinds[Math.floor(next() * kinds.length)]! : 'pass');
}

describe('a put', () => {
  test.each([
    [0.2, 1],
    [0.6, 2],
    [0.9, 3],
  ])('ends stored or as StoreBusy while a share of %d fails, and what resolved is there', async (share, seed) => {
    faults.decide = fromSeed(seed, share, ['throttle', 'limit', 'cut', 'cut-after']);
    const actions = createActionStore(client, '', Date.now);
    const users = Array.from({ length: 60 }, (_, n) => `seed${seed}-${n}`);
    const ends = await Promise.allSettled(users.map((user) => actions.put(chunk(user))));
    const direct = createActionStore(store.client, '', Date.now);
    let stored = 0;
    for (const [index, end] of ends.entries()) {
      const read = await direct.read(users[index]!);
      if (end.status === 'fulfilled') {
        expect(read.map(({ id }) => id)).toEqual([`${users[index]}-1`]);
        stored++;
      } else expect(end.reason).toBeInstanceOf(StoreBusy);
    }
    if (share <= 0.2) expect(stored).toBeGreaterThan(55);
  });

  test('whose answer was lost is stored once, and told as repeated by the try that follows', async () => {
    let cut = false;
    faults.decide = () => {
      if (cut) return 'pass';
      cut = true;
      return 'cut-after';
    };
    const actions = createActionStore(client, '', Date.now);
    expect(await actions.put(chunk('lost-answer'))).toEqual({ repeated: true });
    expect(await actions.read('lost-answer')).toHaveLength(1);
  });

  test.each<Fault>(['throttle', 'limit', 'cut'])(
    'gives up as StoreBusy after a few tries of only %s',
    async (fault) => {
      faults.decide = () => fault;
      const before = faults.requests;
      const started = performance.now();
      await expect(createActionStore(client, '', Date.now).put(chunk(fault))).rejects.toThrow(StoreBusy);
      expect(faults.requests - before).toBe(5);
      expect(performance.now() - started).toBeLessThan(3_000);
    },
  );

  test('to a store that is not there ends as StoreBusy', async () => {
    const nowhere = createDynamoClient({ endpoint: 'http://127.0.0.1:9' });
    await expect(createActionStore(nowhere, '', Date.now).put(chunk('u'))).rejects.toThrow(StoreBusy);
  });

  test('to a store that never answers ends as StoreBusy', async () => {
    faults.decide = () => 'hang';
    const impatient = createDynamoClient({ endpoint: faults.url, requestTimeout: 100 });
    await expect(createActionStore(impatient, '', Date.now).put(chunk('u'))).rejects.toThrow(StoreBusy);
  });

  test('that is at fault itself is not called busy, nor tried again', async () => {
    const before = faults.requests;
    const failure = await createActionStore(client, 'no-such-table-', Date.now)
      .put(chunk('u'))
      .catch((error) => error);
    expect(failure.name).toBe('ResourceNotFoundException');
    expect(failure).not.toBeInstanceOf(StoreBusy);
    expect(faults.requests - before).toBe(1);
  });
});

describe('touches and forecasts', () => {
  test('under random faults the days stay right for every touch that resolved', async () => {
    faults.decide = fromSeed(7, 0.3, ['throttle', 'cut', 'cut-after']);
    const users = createUserStore(client, '');
    const user = 'ab'.padEnd(64, '0');
    const days = Array.from({ length: 20 }, (_, n) => `2026-03-${String(n + 1).padStart(2, '0')}`);
    const done: string[] = [];
    for (const day of days) {
      const touch = { user, encryptedId: () => Uint8Array.of(1), first: day, last: day, today: day };
      await users.touch(touch).then(
        () => done.push(day),
        (error) => expect(error).toBeInstanceOf(StoreBusy),
      );
    }
    const record = await createUserStore(store.client, '').get(user);
    expect(done.length).toBeGreaterThan(0);
    expect(record!.firstActionDay <= done[0]!).toBe(true);
    expect(record!.lastActionDay >= done.at(-1)!).toBe(true);
  });

  test('a forecast whose answer was lost counts as stored', async () => {
    const user = 'ac'.padEnd(64, '0');
    const users = createUserStore(client, '');
    await users.touch({ user, encryptedId: () => Uint8Array.of(1), first: DAY, last: DAY, today: DAY });
    let cut = false;
    faults.decide = () => {
      if (cut) return 'pass';
      cut = true;
      return 'cut-after';
    };
    const more = { revision: 0, lastActionAt: 0, facts: FACTS };
    const forecast = { packed: Uint8Array.of(1), originDay: DAY, modelVersion: 'v', ...more };
    expect(await users.putForecast(user, forecast)).toBe(true);
  });
});

describe('a batch of which the store leaves keys unprocessed', () => {
  const users = Array.from({ length: 30 }, (_, n) => n.toString(16).padStart(2, '0').padEnd(64, '0'));

  /** Hands on only the first keys of each batch and gives the others back, as DynamoDB does under load. */
  function processAtMost(limit: number): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'BatchGetItemCommand') return next(args);
        const { RequestItems } = args.input as { RequestItems: Record<string, { Keys: unknown[] }> };
        const keys = RequestItems.Users!.Keys;
        if (limit === 0)
          return { response: {}, output: { $metadata: {}, Responses: {}, UnprocessedKeys: RequestItems } };
        const input = { RequestItems: { Users: { Keys: keys.slice(0, limit) } } };
        const result = await next({ ...args, input } as typeof args);
        const left = keys.slice(limit);
        Object.assign(result.output, { UnprocessedKeys: left.length ? { Users: { Keys: left } } : {} });
        return result;
      },
      { step: 'initialize', name: 'unprocessed', priority: 'low' },
    );
  }

  beforeAll(async () => {
    const direct = createUserStore(store.client, '');
    for (const user of users) {
      await direct.touch({ user, encryptedId: () => Uint8Array.of(1), first: DAY, last: DAY, today: DAY });
    }
  });

  test('is asked again for the rest until all are there', async () => {
    processAtMost(7);
    const records = await createUserStore(client, '').getMany(users);
    expect(records.map(({ user }) => user).sort()).toEqual(users);
  });

  test('ends as StoreBusy when nothing is ever processed, and never as fewer users', async () => {
    processAtMost(0);
    await expect(createUserStore(client, '').getMany(users)).rejects.toThrow(StoreBusy);
  });
});

test('reading is busy too when the store throttles on', async () => {
  faults.decide = () => 'throttle';
  const settings = createSettingStore(client, '');
  await expect(createActionStore(client, '', Date.now).read('u')).rejects.toThrow(StoreBusy);
  await expect(createUserStore(client, '').get('ad')).rejects.toThrow(StoreBusy);
  await expect(settings.list('key')).rejects.toThrow(StoreBusy);
});
