import { expect, test } from '@jest/globals';
import { parseEvents } from '../../../../core/ingest/parse.ts';
import { dropReason, NO_TRAFFIC_RULES, type TrafficRules } from '../../../../core/ingest/traffic.ts';
import { zoneOf } from '../../../../core/time.ts';
import { createTrafficChecks } from '../../../../functions/ingest/traffic.ts';

const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const clock = { now: 0 };
const judge = (context: unknown, rules: Partial<TrafficRules> = {}, checks = createTrafficChecks(() => clock.now)) => {
  const event = { type: 'track', userId: 'u', event: 'purchase', context };
  const parsed = parseEvents({ events: [event] }, { receivedAt: Date.now(), zone: zoneOf('UTC') });
  const all = { ...NO_TRAFFIC_RULES, ...rules };
  return dropReason(parsed.events[0]!, all, checks(all));
};

test.each<[string, unknown, Partial<TrafficRules>, string | undefined]>([
  ['a bot', { userAgent: GOOGLEBOT }, {}, 'bot'],
  ['a browser without a window', { userAgent: CHROME.replace('Chrome', 'HeadlessChrome') }, {}, undefined],
  ['a crawler without a name', { userAgent: 'Some-Crawler/1.0' }, {}, 'bot'],
  ['a bot where the shop wants bots', { userAgent: GOOGLEBOT }, { bots: false }, undefined],
  ['a browser', { userAgent: CHROME }, {}, undefined],
  ['a server without a user agent', {}, {}, undefined],
  ['a context that is none', 'x', {}, undefined],
  ['a user agent that is none', { userAgent: { a: GOOGLEBOT } }, {}, undefined],
  ['an empty user agent', { userAgent: '' }, {}, undefined],
  ['an address of the shop', { ip: '10.1.2.3' }, { internal: ['10.0.0.0/8'] }, 'internal'],
  ['an address of the shop, IPv6', { ip: '2001:db8::7' }, { internal: ['2001:db8::/32'] }, 'internal'],
  ['one address', { ip: '192.0.2.7' }, { internal: ['192.0.2.7'] }, 'internal'],
  ['another address', { ip: '192.0.2.8' }, { internal: ['192.0.2.7', '10.0.0.0/8'] }, undefined],
  ['an address that is none', { ip: 'x' }, { internal: ['192.0.2.7'] }, undefined],
  ['traffic that calls itself internal', { traffic_type: 'internal' }, {}, 'internal'],
])('%s is judged by the event’s context', (_, context, rules, reason) => {
  expect(judge(context, rules)).toBe(reason);
});

test('more events than a person can do are dropped for the rest of the minute, if the shop says so', () => {
  const checks = createTrafficChecks(() => clock.now);
  const rules = { eventsPerMinute: 2 };
  expect([1, 2, 3, 4].map(() => judge({}, rules, checks))).toEqual([undefined, undefined, 'rate', 'rate']);
  clock.now += 60_000;
  expect(judge({}, rules, checks)).toBeUndefined();
  expect(Array.from({ length: 50 }, () => judge({}, {}, checks))).toEqual(Array(50).fill(undefined));
});
