/** The running system against its own document: by a tool that invents requests, and through the typed client. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiFailure, createClient } from '../../client/index.ts';
import { findTool, SCHEMATHESIS } from '../support/python-tool.ts';
import { type Started, startSystem, temporaryFolder } from '../support/system.ts';

const TIMEOUT_MS = 240_000;
/** Budget of the invented requests; examples and edge cases come first. */
const SECONDS = '45';
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

const schemathesis = await findTool(SCHEMATHESIS);
const folder = temporaryFolder();
let system: Started;

beforeAll(async () => {
  system = await startSystem(folder.path, ['--users', '40', '--time-zone', 'Europe/Berlin']);
}, TIMEOUT_MS);

afterAll(async () => {
  await system?.stop();
  folder.remove();
});

(schemathesis ? test : test.skip)(
  'whatever is asked, no reply is a 5xx or outside its schema',
  async () => {
    const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(
        schemathesis!,
        [
          'run',
          `${system.url}/v1/openapi.json`,
          ...['--header', `Authorization: Bearer ${system.keys.admin}`],
          ...['--checks', CHECKS.join(',')],
          ...['--phases', 'examples,coverage,fuzzing', '--max-examples', '10', '--max-time', SECONDS],
          ...['--suppress-health-check', 'all', '--warnings', 'off', '--generation-database', 'none', '--no-color'],
        ],
        { maxBuffer: 64 * 1024 * 1024, cwd: folder.path },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, output: `${stdout}${stderr}` }),
      );
    });
    if (code !== 0) throw new Error(output.slice(-8_000));
  },
  TIMEOUT_MS,
);

describe('the typed client', () => {
  const client = () => createClient({ url: system.url, key: system.keys.read });

  test('sends an event and reads what became of it', async () => {
    const writer = createClient({ url: system.url, key: system.keys.write });
    const sent = await writer.call('POST /v1/track', {
      body: { userId: 'a/b %41', event: 'Product Viewed', messageId: 'm1', properties: { category: 'Shoes' } },
    });
    expect(sent).toMatchObject({ success: true, accepted: 1, errors: [] });
    const { actions, next } = await client().call('GET /v1/users/{userId}/actions', { path: { userId: 'a/b %41' } });
    expect([actions.map(({ word, id }) => [word, id]), next]).toEqual([[['view:shoes', 'm1']], null]);
  });

  test('reads the scores, by pages that add up', async () => {
    const { day, users, bands } = await client().call('GET /v1/overview');
    expect(Object.values(bands).reduce((sum, count) => sum + count, 0)).toBe(users);
    const seen: string[] = [];
    for (const name of ['now', 'soon', 'later', 'unlikely'] as const) {
      let cursor: string | undefined;
      do {
        const page = await client().call('GET /v1/audiences/{name}', {
          path: { name },
          query: { day, limit: 7, cursor },
        });
        seen.push(...page.users.map(({ user }) => user));
        cursor = page.next ?? undefined;
      } while (cursor);
    }
    expect([seen.length, new Set(seen).size]).toEqual([users, users]);
  });

  test('tells a failure as the problem that it is', async () => {
    const failure = await client()
      .call('GET /v1/users/{userId}/timing', { path: { userId: 'nobody' } })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiFailure);
    expect(failure).toMatchObject({ status: 404, type: 'unknown-user' });
  });

  test('reads what will be bought', async () => {
    const { series, users, within } = await client().call('GET /v1/demand', { query: { by: 'category', leadDays: 7 } });
    expect(users).toBeGreaterThan(0);
    expect(series.slice(0, 30).map(({ category }) => category)).toEqual(new Array(30).fill(null));
    expect(within.map(({ days }) => days)).toEqual([1, 3, 7, 14, 30]);
  });

  test('reads how good the scores are, before any forecast is over', async () => {
    const { day, model, live, backtest } = await client().call('GET /v1/quality');
    const overview = await client().call('GET /v1/overview');
    expect([day, model.version]).toEqual([overview.day, overview.run.modelVersion]);
    expect(live).toBeNull();
    expect(backtest.simulated!.logLoss).toBeGreaterThan(backtest.simulated!.possible);
  });

  test('gets a download as it comes', async () => {
    const answer = await client().request('GET /v1/audiences/{name}', { path: { name: 'unlikely' } }, 'text/csv');
    expect((await answer.text()).split('\n')[0]).toMatch(/(^|,)user,/);
  });
});
