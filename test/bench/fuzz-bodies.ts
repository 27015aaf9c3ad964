/** Bodies and headers, by a seed: right ones bent in one or more places, random bytes, and what breaks parsers. */
import { gzipSync } from 'node:zlib';

/** Stands in fields that must not be stored, logged or told, and nowhere else. */
export const PLANTED = /zebrafink|quokka@/i;
const PERSONAL = {
  email: 'zebrafink@example.com',
  name: 'Zebrafink',
  address: { street: 'Zebrafink 1' },
  phone: 'zebrafink',
};

export interface FuzzedRequest {
  body: Buffer;
  headers: Record<string, string>;
  query: string;
}

type Random = () => number;

/** @returns a request to a path, another each time */
export function createFuzz(seed: number): (path: string) => FuzzedRequest {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let number = 0;
  return (path) => {
    number++;
    const text = textOf(path, random, number);
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const gzip = random() < 0.15;
    return {
      body: gzip && random() < 0.9 ? gzipSync(bytes) : bytes,
      headers: headersOf(random, gzip),
      query: queryOf(random),
    };
  };
}

function textOf(path: string, random: Random, number: number): string | Buffer {
  const fate = random();
  if (fate < 0.08)
    return Buffer.from(Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256)));
  if (fate < 0.1) return pick(random, EXTREMES)();
  const value = bend(bodyFor(path, random, number), random, 0);
  const text = path.endsWith('/import')
    ? [value, value].map((line) => JSON.stringify(line) ?? '').join('\n')
    : (JSON.stringify(value) ?? '');
  if (fate > 0.94) return text.slice(0, Math.floor(random() * text.length));
  if (fate > 0.9) return withStrayBytes(text, random);
  // Keys that an object of JavaScript already has, as text: a parser makes them fields of its own.
  return fate > 0.86
    ? text.replace('{', '{"__proto__":{"userId":"p","polluted":1},"constructor":{"prototype":{"polluted":1}},')
    : text;
}

function bodyFor(path: string, random: Random, number: number): unknown {
  if (path.includes('/mp/')) return ga4(random, number);
  if (path.includes('shopify'))
    return { customer: { id: number, ...PERSONAL }, created_at: '2026-07-01', line_items: [{ price: '1' }] };
  const event = segment(random, number);
  return /\/(batch|b)$/.test(path)
    ? { batch: [event, segment(random, number)], sentAt: '2026-07-01', writeKey: 'write' }
    : event;
}

function segment(random: Random, number: number): Record<string, unknown> {
  return {
    type: pick(random, ['track', 'track', 'track', 'page', 'identify', 'alias', 'group', 'screen']),
    userId: `f${number % 50}`,
    anonymousId: `a${number % 50}`,
    messageId: `m${number}`,
    event: pick(random, ['Product Viewed', 'Order Completed', 'Products Searched', 'Zebrafink seen']),
    timestamp: new Date(Date.now() - Math.floor(random() * 1e10)).toISOString(),
    traits: PERSONAL,
    context: { ip: '192.0.2.1', userAgent: 'zebrafink', traits: PERSONAL, page: { url: 'https://zebrafink.example' } },
    properties: {
      category: 'Shoes',
      query: 'quokka@example.com',
      price: 3,
      ...PERSONAL,
      products: [{ category: 'a', name: 'Zebrafink', price: 2 }],
    },
    zebrafink: 1,
  };
}

function ga4(random: Random, number: number): Record<string, unknown> {
  return {
    client_id: `c${number % 50}`,
    user_properties: PERSONAL,
    timestamp_micros: Date.now() * 1000,
    events: [
      {
        name: pick(random, ['purchase', 'view_item', 'page_view']),
        params: { ...PERSONAL, items: [{ item_id: 'p', item_category: 'a' }] },
      },
    ],
  };
}

const STRANGE: unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  1e308,
  -1e308,
  5e-324,
  2 ** 53 + 2,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udc00x',
  '😀'.repeat(200),
  [],
  {},
  [[]],
  'x'.repeat(40_000),
  'ä'.repeat(129),
  '__proto__',
  'constructor',
  '-1',
  '1e999',
  'NaN',
  '2026-02-30',
  '9999-99-99T99:99',
  1e18,
  -1e18,
  { length: 1e9 },
  { toJSON: 1, valueOf: 2 },
  Array(2_600).fill({}),
  Array(1_100).fill({ category: 'x' }),
  '\u202e\u200b',
  "'; --",
  '../../x',
];

/** A value with a tenth of its parts replaced by something else. */
function bend(value: unknown, random: Random, depth: number): unknown {
  if (depth > 0 && random() < 0.06) return pick(random, STRANGE);
  if (Array.isArray(value)) return value.map((item) => bend(item, random, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const bent = Object.entries(value).map(([name, part]) => [
    random() < 0.02 ? `${name}X` : name,
    bend(part, random, depth + 1),
  ]);
  return Object.fromEntries(bent);
}

const EXTREMES: (() => string | Buffer)[] = [
  () => '['.repeat(100_000),
  () => `{"batch":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`,
  () => `{"userId":"d","type":"track","event":"purchase","properties":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  () => gzipSync(Buffer.alloc(20_000_000)),
  () => gzipSync(gzipSync(Buffer.alloc(1_000_000))),
  () => Buffer.alloc(600_000, 0x20),
  () => `{"batch":[${'{},'.repeat(2_600)}{}]}`,
  () => `{"userId":${'9'.repeat(400)},"event":"purchase"}`,
  () => `{"userId":"n","event":"purchase","timestamp":${'1'.repeat(300)}}`,
  () => Buffer.from('\ufeff{"batch":[]}', 'utf16le'),
  () => '',
];

function withStrayBytes(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  for (let n = 0; n < 5 && bytes.length > 0; n++)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}

function headersOf(random: Random, gzip: boolean): Record<string, string> {
  const name = (text: string) => (random() < 0.3 ? text.toUpperCase() : text);
  return {
    ...(random() < 0.9 && {
      [name('authorization')]: pick(random, [
        'Bearer write',
        'Bearer write',
        'Bearer write',
        'Basic d3JpdGU6',
        'Basic !',
        'Bearer',
        'Bearer read',
        'x'.repeat(3_000),
      ]),
    }),
    [name('content-type')]: pick(random, [
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      '',
      'multipart/form-data; boundary=\u00e4',
      'x/y',
    ]),
    ...(gzip && { [name('content-encoding')]: pick(random, ['gzip', 'GZIP', 'gzip', 'br', 'gzip, gzip', 'deflate']) }),
    ...(random() < 0.1 && { 'x-shopify-topic': pick(random, ['orders/create', '__proto__', '']) }),
    ...(random() < 0.1 && { 'x-shopify-hmac-sha256': pick(random, ['', '====', 'AAAA']) }),
    ...(random() < 0.05 && { accept: 'application/x-ndjson' }),
  };
}

function queryOf(random: Random): string {
  return pick(random, [
    '',
    '?measurement_id=G-1&api_secret=write',
    '?measurement_id=G-1&api_secret=write',
    '?api_secret=write',
    '?api_secret=%E4&a=%',
    '?__proto__=1',
  ]);
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}
