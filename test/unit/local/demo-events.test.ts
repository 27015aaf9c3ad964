import { ACTION_TYPES } from '../../../core/actions/action.ts';
import { parseBody } from '../../../core/ingest/parse.ts';
import { drawShop, type SimulatedUser, simulateUsers } from '../../../core/simulation/index.ts';
import { zoneOf } from '../../../core/time.ts';
import { demoBatches } from '../../../local/demo-events.ts';

const zone = zoneOf('Europe/Berlin');
const receivedAt = Date.parse('2026-11-24T12:00:00Z');

test('every kind of action arrives as the word it was simulated as', () => {
  for (const type of ACTION_TYPES) {
    const bare = ['visit', 'checkout', 'coupon'].includes(type);
    const action = {
      type,
      category: bare ? '' : 'shoes',
      at: Date.parse('2026-11-01T10:00:00Z'),
      quantity: 2,
      value: 30,
    };
    const [batch] = [...demoBatches([{ id: 'u1', actions: [action] }], zone)];
    const parsed = parseBody('batch', { batch }, { receivedAt, zone });
    if ('code' in parsed) throw new Error(parsed.message);
    expect(parsed.errors).toEqual([]);
    const actions = parsed.events.flatMap((one) => one.actions);
    expect(actions.map((one) => one.word)).toEqual([bare ? type : `${type}:shoes`]);
    // 10:00 by the shop's clock is 09:00 UTC in winter.
    expect(new Date(actions[0]!.at).toISOString()).toBe('2026-11-01T09:00:00.000Z');
  }
});

describe('the batches of a demo shop', () => {
  const shop = drawShop(1, { kind: 'demo', users: 60, days: 120, start: '2026-07-27' });
  const users: SimulatedUser[] = [...simulateUsers(shop)];

  test('are the same every time, so that sending them again adds nothing', () => {
    const once = JSON.stringify([...demoBatches(users, zone)]);
    expect(JSON.stringify([...demoBatches(simulateUsers(shop), zone)])).toBe(once);
  });

  test('hold every action once, under the limits of a batch', () => {
    const batches = [...demoBatches(users, zone)];
    const ids = batches.flat().map((call) => call.messageId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(users.reduce((sum, user) => sum + user.actions.length, 0));
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(2_500);
      expect(JSON.stringify({ batch }).length).toBeLessThan(500_000);
    }
  });
});
