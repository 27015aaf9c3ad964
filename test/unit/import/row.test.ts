import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Cell, cellOfJson, describeReject } from '../../../core/import/cell.ts';
import { parseMapping } from '../../../core/import/mapping.ts';
import { createRowReader, isReject, type RowAction } from '../../../core/import/row.ts';
import { createRowIds } from '../../../core/import/row-ids.ts';
import { parseTypeNames } from '../../../core/import/types.ts';
import { zoneOf } from '../../../core/time.ts';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const NOW = Date.parse('2026-11-24T12:00:00Z');

function reader(map: string, zone = 'UTC') {
  return createRowReader({
    mapping: parseMapping(map),
    types: parseTypeNames('buy=purchase'),
    zone: zoneOf(zone),
    ids: createRowIds(sha256),
    now: NOW,
  });
}

const ALL = 'user=u,time=t,type=k,category=c,quantity=q,value=v';
const GOOD: Cell[] = ['u1', '2026-11-01T10:00:00Z', 'buy', 'Running Shoes', '2', '59.90'];
const FIELDS = ['u', 't', 'k', 'c', 'q', 'v'];
const withCell = (column: string, cell: Cell): Cell[] => GOOD.map((good, at) => (FIELDS[at] === column ? cell : good));

describe('a row', () => {
  test('becomes an action', () => {
    const result = reader(ALL)(GOOD) as RowAction;
    expect(result.user).toBe('u1');
    expect(result.action).toEqual({
      word: 'purchase:running-shoes',
      at: Date.parse('2026-11-01T10:00:00Z'),
      id: expect.stringMatching(/^[0-9a-f]{24}\.1$/),
      value: 59.9,
      quantity: 2,
    });
  });

  test('without category, quantity and value is an action of its type alone', () => {
    const { action } = reader(ALL)(['u1', '1700000000', 'view', '', '  ', undefined]) as RowAction;
    expect(action).toEqual({ word: 'view', at: 1_700_000_000_000, id: expect.any(String) });
  });

  test('keeps the user as text, leading zeros too', () => {
    expect((reader(ALL)(withCell('u', '00042')) as RowAction).user).toBe('00042');
  });

  test.each([
    ['2024-03-31T02:30:00', 'Europe/Berlin', '2024-03-31T01:30:00Z'],
    ['2024-10-27T02:30:00', 'Europe/Berlin', '2024-10-27T00:30:00Z'],
    ['2024-09-08', 'America/Santiago', '2024-09-08T04:00:00Z'],
    ['2024-03-31', 'Asia/Beirut', '2024-03-30T22:00:00Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
    ['1970-01-01', 'UTC', '1970-01-01T00:00:00Z'],
  ])('of %s in %s is at %s', (time, zone, instant) => {
    const { action } = reader(ALL, zone)(withCell('t', time)) as RowAction;
    expect(new Date(action.at).toISOString()).toBe(new Date(instant).toISOString());
  });

  const EMOJI = '😀'.repeat(1_000);
  test.each<[string, Cell, string]>([
    ['u', undefined, 'absent'],
    ['u', '', 'absent'],
    ['u', ' \t', 'absent'],
    ['u', EMOJI, 'too-long'],
    ['u', 'x'.repeat(257), 'too-long'],
    ['u', 'é'.repeat(129), 'too-long'],
    ['u', 'x'.repeat(1_000_000), 'too-long'],
    ['u', 'm\ufffdller', 'undecodable'],
    ['u', 'half \ud83d', 'undecodable'],
    ['u', cellOfJson(true), 'not-a-value'],
    ['u', cellOfJson({}), 'not-a-value'],
    ['u', cellOfJson(2 ** 53), 'inexact-number'],
    ['t', undefined, 'absent'],
    ['t', '', 'absent'],
    ['t', 'yesterday', 'not-a-time'],
    ['t', '2026-02-30', 'not-a-time'],
    ['t', '31/12/2025', 'not-a-time'],
    ['t', '1'.repeat(5_000), 'not-a-time'],
    ['t', '1969-12-31T23:59:59Z', 'before-1970'],
    ['t', '-1', 'before-1970'],
    ['t', '2026-11-25T12:00:01Z', 'in-the-future'],
    ['t', '9999-12-31', 'in-the-future'],
    ['k', undefined, 'absent'],
    ['k', '', 'absent'],
    ['k', 'click', 'not-an-action-type'],
    ['k', '7', 'not-an-action-type'],
    ['k', EMOJI, 'not-an-action-type'],
    ['c', 'x'.repeat(20_000), 'too-long'],
    ['c', cellOfJson(['a']), 'not-a-value'],
    ['q', 'two', 'not-a-number'],
    ['q', '1e400', 'not-a-number'],
    ['q', 'Infinity', 'not-a-number'],
    ['q', '0x10', 'not-a-number'],
    ['v', '1.234,50', 'not-a-number'],
    ['v', '€ 5', 'not-a-number'],
    ['v', '9'.repeat(400), 'not-a-number'],
    ['v', '٣', 'not-a-number'],
  ])('whose column %s holds a bad value (%#) is rejected by column and reason', (column, cell, problem) => {
    const reject = reader(ALL)(withCell(column, cell));
    expect(reject).toEqual({ column, problem });
    const said = isReject(reject) ? describeReject(reject) : '';
    expect(said).toContain(`column "${column}"`);
    // Nothing of the row: not even of a value that is short.
    if (typeof cell === 'string' && cell.trim().length > 1) expect(said).not.toContain(cell);
  });

  test.each([
    ['256 bytes', 'x'.repeat(256)],
    ['64 emoji', '😀'.repeat(64)],
  ])('with a user of %s is taken', (_, user) => {
    expect(reader(ALL)(withCell('u', user))).toMatchObject({ user });
  });

  test('a day ahead is taken, since clocks and zones differ', () => {
    expect(isReject(reader(ALL)(withCell('t', '2026-11-25T11:59:59Z')))).toBe(false);
  });

  test('that equals another in every mapped column is another action', () => {
    const read = reader(ALL);
    const [first, second] = [read(GOOD), read(GOOD)] as RowAction[];
    expect(second!.action).toEqual({ ...first!.action, id: first!.action.id.replace(/\.1$/, '.2') });
  });

  test('that is rejected takes no number from an equal one', () => {
    const [all, some] = [reader(ALL), reader(ALL)];
    all(withCell('k', 'click'));
    expect(all(GOOD)).toEqual(some(GOOD));
  });
});

describe('a row with an id of the shop’s own', () => {
  const OWN = 'user=u,time=t,type=k,id=i';
  test('is known by it, whatever else it holds', () => {
    const read = reader(OWN);
    expect(read(['u1', '2026-11-01', 'view', 'e1'])).toMatchObject({ action: { id: 'e1' } });
    expect(read(['u1', '2026-11-02', 'cart', 'e1'])).toBe('repeated');
    expect(read(['u2', '2026-11-01', 'view', 'e1'])).toMatchObject({ user: 'u2', action: { id: 'e1' } });
  });

  test.each([
    ['', 'absent'],
    [undefined, 'absent'],
    ['x'.repeat(257), 'too-long'],
  ])('that is no id (%#) is rejected', (id, problem) => {
    expect(reader(OWN)(['u1', '2026-11-01', 'view', id])).toEqual({ column: 'i', problem });
  });
});
