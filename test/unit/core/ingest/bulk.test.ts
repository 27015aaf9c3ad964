import { expect, test } from '@jest/globals';
import { bulkEvents, MAX_LINES } from '../../../../core/ingest/bulk.ts';
import { parseEvents } from '../../../../core/ingest/parse.ts';
import { zoneOf } from '../../../../core/time.ts';

const parse = (text: string) => {
  const sent = bulkEvents(text)!;
  const parsed = parseEvents(sent, { receivedAt: Date.parse('2026-07-01T12:00:00Z'), zone: zoneOf('UTC') });
  return { ...parsed, lines: sent.lines };
};

test('a line is an event as in a batch, or a row of a log', () => {
  const { events, lines } = parse(
    '{"type":"track","userId":"u1","event":"Order Completed","messageId":"m"}\r\n\n' +
      '{"type":"view","user":"u2","category":"Shoes","time":"2026-06-01","id":7}\n' +
      '{"type":"search","user_id":"u3","query":"red","quantity":2,"value":"3.5"}',
  );
  expect(lines).toEqual([1, 3, 4]);
  expect(events.map(({ userId, actions }) => [userId, actions[0]?.word, actions[0]?.id])).toEqual([
    ['u1', 'purchase', 'm'],
    ['u2', 'view:shoes', '7'],
    ['u3', 'search:red', expect.stringMatching(/^[0-9a-f]{32}\.0$/)],
  ]);
  expect(events[2]?.actions[0]).toMatchObject({ quantity: 2, value: 3.5 });
});

test('a line that is not JSON is refused alone', () => {
  const { events, errors } = parse('{"type":"view","user":"u"}\n{"type":\n[]\nnull\n{"type":"view","user":"u"}\n');
  expect(events).toHaveLength(2);
  expect(errors.map(({ index, code }) => [index, code])).toEqual([
    [1, 'not-json'],
    [2, 'not-an-object'],
    [3, 'not-an-object'],
  ]);
});

test('there are at most 20,000 lines, blank ones apart', () => {
  expect(bulkEvents('1\n\n'.repeat(MAX_LINES))?.events).toHaveLength(MAX_LINES);
  expect(bulkEvents('1\n'.repeat(MAX_LINES + 1))).toBeUndefined();
});
