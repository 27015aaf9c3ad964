import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { shardOf } from '../../../adapters/dynamo/user-rows.ts';
import { StoreBusy } from '../../../core/ports/store-busy.ts';
import { startStore, type TestStore } from '../../support/store.ts';
import { createTracking } from '../../support/tracking.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');

let store: TestStore;
let shop: ReturnType<typeof createTracking>;
let name = '';
let made = 0;

beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(() => {
  shop = createTracking(store.client, { now: NOW });
  name = `${made++}-`;
});

/** Ids of a test are its own. */
const own = (id: string) => `${name}${id}`;
const event = (fields: Record<string, unknown>) => ({
  messageId: `${name}${made++}`,
  ...Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      /Id$/.test(key) && key !== 'messageId' ? own(String(value)) : value,
    ]),
  ),
});
const viewed = (ids: Record<string, string>, category: string, day = '2026-06-20') =>
  event({ type: 'track', event: 'Product Viewed', properties: { category }, timestamp: `${day}T10:00:00Z`, ...ids });
const identify = (userId: string, anonymousId: string) => event({ type: 'identify', userId, anonymousId });
const alias = (previousId: string, userId: string) => event({ type: 'alias', userId, previousId });
const send = async (...batch: object[]) => (await shop.post('batch', JSON.stringify({ batch }))).body;
const words = async (id: string) => (await shop.read(own(id))).map(({ word }) => word);

describe('identify', () => {
  test('reads what a visitor did before as the history of the user, and everything from then on', async () => {
    await send(viewed({ anonymousId: 'a' }, 'one', '2026-06-01'), viewed({ userId: 'u' }, 'two', '2026-06-02'));
    expect(await send(identify('u', 'a'))).toMatchObject({ accepted: 1, errors: [] });
    await send(viewed({ anonymousId: 'a' }, 'three', '2026-06-03'));
    await send(viewed({ userId: 'u', anonymousId: 'a' }, 'four', '2026-06-04'));
    for (const id of ['u', 'a']) {
      expect(await words(id)).toEqual(['view:one', 'view:two', 'view:three', 'view:four']);
      expect(await shop.user(own(id))).toMatchObject({
        user: shop.deps.pseudonyms.pseudonym(own('u')),
        firstActionDay: '2026-06-01',
        lastActionDay: '2026-06-04',
      });
    }
  });

  test('before any action holds for what comes', async () => {
    await send(identify('u', 'a'));
    expect(await shop.user(own('u'))).toBeUndefined();
    await send(viewed({ userId: 'u' }, 'two', '2026-06-02'), viewed({ anonymousId: 'a' }, 'one', '2026-06-01'));
    expect(await words('u')).toEqual(['view:one', 'view:two']);
    expect(await shop.user(own('a'))).toMatchObject({ firstActionDay: '2026-06-01', lastActionDay: '2026-06-02' });
  });

  test('of a visitor with a history makes the user, whose id is the one that the shop gets back', async () => {
    await send(viewed({ anonymousId: 'a' }, 'one'));
    await send(identify('u', 'a'));
    const record = await shop.user(own('a'));
    expect(shop.deps.pseudonyms.decrypt(record!.encryptedId)).toBe(own('u'));
  });

  test('lets runs see one user and not two', async () => {
    await send(viewed({ anonymousId: 'a' }, 'one'), viewed({ userId: 'u' }, 'two'), identify('u', 'a'));
    const pseudonym = (id: string) => shop.deps.pseudonyms.pseudonym(own(id));
    const seen: string[] = [];
    for (const id of ['a', 'u'])
      for await (const page of shop.deps.users.inShard(shardOf(pseudonym(id)), '2026-06-20'))
        seen.push(...page.map(({ user }) => user));
    expect(seen).toContain(pseudonym('u'));
    expect(seen).not.toContain(pseudonym('a'));
    expect((await shop.deps.users.getMany([pseudonym('u'), pseudonym('a')])).map(({ user }) => user)).toEqual([
      pseudonym('u'),
    ]);
  });

  test('raises the revision, so that the next run forecasts from both histories', async () => {
    await send(viewed({ userId: 'u' }, 'two', '2026-07-01'));
    expect((await shop.user(own('u')))?.revision).toBe(0);
    await send(identify('u', 'a'));
    expect((await shop.user(own('u')))?.revision).toBe(1);
    await send(identify('u', 'a'));
    expect((await shop.user(own('u')))?.revision).toBe(1);
  });

  test('after a reset keeps two users of one device apart', async () => {
    await send(viewed({ anonymousId: 'a1' }, 'one'), identify('u1', 'a1'));
    await send(viewed({ anonymousId: 'a2' }, 'two'), identify('u2', 'a2'));
    expect([await words('u1'), await words('u2')]).toEqual([['view:one'], ['view:two']]);
  });

  test('of a second user without a reset leaves the anonymous history with the first', async () => {
    await send(viewed({ anonymousId: 'a' }, 'one'), identify('u1', 'a'));
    expect(await send(identify('u2', 'a'), viewed({ userId: 'u2', anonymousId: 'a' }, 'two'))).toMatchObject({
      errors: [],
    });
    expect([await words('u1'), await words('u2')]).toEqual([['view:one'], ['view:two']]);
  });
});

describe('alias', () => {
  test('merges merged users, whatever ids come later', async () => {
    await send(
      viewed({ anonymousId: 'a' }, 'one'),
      viewed({ anonymousId: 'b' }, 'two'),
      viewed({ userId: 'v' }, 'three'),
    );
    expect(await send(identify('u', 'a'), identify('v', 'b'), alias('u', 'v'))).toMatchObject({ errors: [] });
    await send(viewed({ anonymousId: 'a' }, 'late', '2026-06-29'));
    const all = ['view:one', 'view:three', 'view:two', 'view:late'];
    for (const id of ['a', 'b', 'u', 'v']) expect(await words(id)).toEqual(all);
    expect((await shop.user(own('a')))?.lastActionDay).toBe('2026-06-29');
  });

  test('that would go round in a circle is refused with its reason; the rest of the batch is taken', async () => {
    const back = alias('b', 'a');
    const reply = await send(alias('a', 'b'), back, viewed({ userId: 'b' }, 'one'), alias('c', 'c'));
    expect(reply).toMatchObject({ success: true, received: 4, accepted: 2 });
    expect(reply.errors.map(({ index, code }: { index: number; code: string }) => [index, code])).toEqual([
      [1, 'link-cycle'],
      [3, 'link-cycle'],
    ]);
    expect(reply.errors[0].messageId).toBe(back.messageId);
    expect(JSON.stringify(reply.errors.map(({ message }: { message: string }) => message))).not.toContain(name);
  });

  test('of an id of another user is refused', async () => {
    await send(identify('u', 'a'));
    expect((await send(alias('a', 'v'))).errors).toMatchObject([{ index: 0, code: 'linked-elsewhere' }]);
  });

  test('gives a user 50 ids at most', async () => {
    const all = Array.from({ length: 51 }, (_, n) => alias(`a${n}`, 'u'));
    const reply = await send(...all);
    expect(reply).toMatchObject({ accepted: 50, errors: [{ index: 50, code: 'too-many-ids' }] });
  });
});

describe('a merge that was cut off', () => {
  const names = ['claim', 'commit', 'finish', 'adopt', 'bury', 'touch', 'noteConsent'];

  test.each(
    names.flatMap((write) => [
      [write, 'before'],
      [write, 'after'],
    ]),
  )('at %s, %s it was written, is completed by the same call', async (write, when) => {
    const consent = { context: { consent: { categoryPreferences: { Advertising: false } } } };
    await send(viewed({ anonymousId: 'a' }, 'one', '2026-06-10'), {
      ...viewed({ anonymousId: 'a' }, 'one'),
      ...consent,
    });
    await send(viewed({ anonymousId: 'b' }, 'two', '2026-06-30'), identify('w', 'b'), viewed({ userId: 'u' }, 'three'));
    await send(identify('a', 'w'));
    let failures = 0;
    const broken = createTracking(store.client, { now: NOW });
    for (const port of [broken.deps.links, broken.deps.mergedUsers, broken.deps.users] as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >[]) {
      const real = port[write!];
      if (!real) continue;
      port[write!] = async (...args) => {
        if (failures++ > 0) return real(...args);
        if (when === 'after') await real(...args);
        throw new StoreBusy();
      };
    }
    const body = JSON.stringify({ batch: [identify('u', 'a')] });
    expect((await broken.post('batch', body)).status).toBe(429);
    expect((await shop.post('batch', body)).body).toMatchObject({ accepted: 1, errors: [] });
    for (const id of ['a', 'b', 'u', 'w']) {
      expect(await words(id)).toEqual(['view:one', 'view:one', 'view:three', 'view:two']);
      expect(await shop.user(own(id))).toMatchObject({
        user: shop.deps.pseudonyms.pseudonym(own('u')),
        firstActionDay: '2026-06-10',
        lastActionDay: '2026-06-30',
        consent: { marketing: false },
      });
    }
    expect(await shop.deps.links.get(shop.deps.pseudonyms.pseudonym(own('a')))).toMatchObject({ done: true });
  });
});

describe('consent', () => {
  const says = (marketing: boolean, timestamp: string) => ({
    ...viewed({ userId: 'u' }, 'one'),
    timestamp,
    context: { consent: { categoryPreferences: { Advertising: marketing, Functional: true } } },
  });

  test('is that of the latest event, in whatever order they come', async () => {
    await send(says(true, '2026-06-20T10:00:00Z'));
    expect((await shop.user(own('u')))?.consent).toMatchObject({ marketing: true });
    await send(says(false, '2026-06-22T10:00:00Z'));
    await send(says(true, '2026-06-21T10:00:00Z'));
    expect((await shop.user(own('u')))?.consent).toEqual({ marketing: false, at: Date.parse('2026-06-22T10:00:00Z') });
  });

  test('of a visitor goes with the visitor', async () => {
    await send({ ...viewed({ anonymousId: 'a' }, 'one'), context: says(false, '').context }, identify('u', 'a'));
    expect((await shop.user(own('u')))?.consent).toMatchObject({ marketing: false });
  });
});

describe('a suppressed user', () => {
  test('is dropped without a word, and counted', async () => {
    const { pseudonyms, suppressions } = shop.deps;
    await suppressions.add([shop.digest(pseudonyms.pseudonym(own('u')))]);
    const reply = await send(viewed({ userId: 'u' }, 'one'), viewed({ userId: 'v' }, 'two'), identify('u', 'a'));
    expect(reply).toEqual({ success: true, received: 3, accepted: 3, errors: [] });
    expect([await words('u'), await words('v')]).toEqual([[], ['view:two']]);
    expect(await shop.user(own('u'))).toBeUndefined();
    expect(shop.logged).toContainEqual(['events', expect.objectContaining({ dropped: { suppressed: 2 } })]);
  });

  test('is taken again after the suppression ended, and by other processes when they look next', async () => {
    const { pseudonyms, suppressions } = shop.deps;
    const digest = shop.digest(pseudonyms.pseudonym(own('u')));
    await suppressions.add([digest]);
    const other = createTracking(store.client, { now: NOW });
    const post = () => other.post('batch', JSON.stringify({ batch: [viewed({ userId: 'u' }, 'one')] }));
    await post();
    expect(await words('u')).toEqual([]);
    await suppressions.remove([digest]);
    await post();
    expect(await words('u')).toEqual([]);
    other.clock.now += 1_000;
    await post();
    expect(await words('u')).toEqual(['view:one']);
  });
});
