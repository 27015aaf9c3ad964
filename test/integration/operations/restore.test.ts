/** The runbook's restore of a table, typed as it stands there, and what can be made again where there is no backup. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDynamoClient } from '../../../adapters/dynamo/client.ts';
import { rebuildUsers } from '../../../cli/rebuild-users.ts';
import { merge } from '../../../core/identity/merge.ts';
import type { Day } from '../../../core/time.ts';
import { createHandler as createErase } from '../../../functions/erase/handler.ts';
import { beginRegulation } from '../../../functions/regulations/begin.ts';
import { type LocalCloud, startLocalCloud } from '../../support/local-cloud.ts';
import { AWS_CLI, findTool } from '../../support/python-tool.ts';
import { PREAMBLE, stepsOf } from '../../support/runbook.ts';
import { openShop, type TestShop } from '../../support/shop.ts';
import { ROOT } from '../../support/system.ts';
import { tablesOfAws } from '../../support/tables-of-aws.ts';

const run = promisify(execFile);
const aws = await findTool(AWS_CLI);
const DAY: Day = '2026-03-11';
const PREFIX = 'buy-timing-dev-';
const FUNCTIONS = ['ingest', 'erase', 'deliver'].map((name) => `${PREFIX}${name}`);
const IDS = Array.from({ length: 8 }, (_, n) => `customer-${n}`);

let shop: TestShop;
let cloud: LocalCloud;
let tables: ReturnType<typeof tablesOfAws>;
let client: ReturnType<typeof createDynamoClient>;
let folder: string;
const pseudonym = (id: string) => shop.deps.pseudonyms.pseudonym(id);
const idOf = async (id: string) => {
  const ids = await shop.deps.users.idsOf([pseudonym(id)]);
  return shop.deps.pseudonyms.decrypt(ids.get(pseudonym(id))!);
};
/** What a night says of everybody. */
const night = async () => {
  await shop.nightly(DAY, { restart: true });
  return new Map([...(await shop.scores(DAY))].map(([user, { p_7d, band }]) => [user, `${band} ${p_7d}`]));
};
const type = (...blocks: string[]) =>
  run('bash', ['-c', [PREAMBLE, ...blocks].join('\n')], {
    cwd: folder,
    timeout: 240_000,
    env: {
      PATH: `${dirname(aws!)}:${process.env.PATH}`,
      HOME: folder,
      STAGE: 'dev',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${cloud.port}`,
    },
  });

beforeAll(async () => {
  shop = await openShop('UTC');
  shop.now = Date.parse('2026-03-11T08:00:00Z');
  client = createDynamoClient();
  tables = tablesOfAws(client, PREFIX, FUNCTIONS);
  folder = mkdtempSync(join(tmpdir(), 'buy-timing-restore-'));
  const erase = createErase(shop.deps);
  cloud = await startLocalCloud(
    {
      [`${PREFIX}erase`]: async (input: never) => {
        if (tables.stopped.has(`${PREFIX}erase`)) throw new Error('Rate Exceeded.');
        return erase(input);
      },
    },
    undefined,
    {
      ...tables.services,
      GetCallerIdentity: () => '<R><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></R>',
      DescribeStacks: () => '<R><DescribeStacksResult><Stacks></Stacks></DescribeStacksResult></R>',
      'GET /2015-03-31/functions/*/configuration': () => ({ Environment: { Variables: shop.variables } }),
    },
  );
  for (const [n, id] of IDS.entries())
    await shop.act(
      id,
      [`2026-02-${10 + n}T10:00:00Z`, 'view:shoes'],
      [`2026-03-0${1 + n}T10:00:00Z`, 'purchase:shoes'],
    );
  await shop.act('visitor', ['2026-01-05T10:00:00Z', 'view:hats']);
  const { links, users, mergedUsers } = shop.deps;
  await merge(
    { links, users: { ...users, ...mergedUsers } },
    {
      previous: pseudonym('visitor'),
      user: pseudonym('customer-0'),
      by: 'identify',
      encryptedId: () => shop.deps.pseudonyms.encrypt('customer-0'),
      today: DAY,
    },
  );
}, 120_000);
afterAll(async () => {
  client.destroy();
  await cloud.stop();
  await shop.stop();
  rmSync(folder, { recursive: true });
});

(aws ? test : test.skip)(
  'a restored table takes the place of the other, who was erased since is erased again, and the rest is made up for',
  async () => {
    const restoreTo = '2026-03-11T08:00:00.000Z';
    await tables.remember(restoreTo, 'Users');
    tables.protectedTables.add(`${PREFIX}Users`);
    // After the instant: somebody is erased, somebody new comes, and a mishap takes what was there.
    shop.now += 60_000;
    await beginRegulation(shop.deps, 'DELETE_ONLY', ['customer-7']);
    const erase = createErase(shop.deps);
    for (let pass = 0; pass < 3; pass++) {
      await erase();
      shop.now += 120_000;
    }
    await shop.act('newcomer', ['2026-03-10T10:00:00Z', 'view:shoes']);
    const before = await night();
    for (const { user } of await tables.read('Users'))
      if (user !== pseudonym('newcomer')) await client.send(new DeleteCommand({ TableName: 'Users', Key: { user } }));

    const [, stop, restore, swap, settings, eraseAgain, start] = stepsOf('Restore a table');
    const values = `export TABLE=Users RESTORE_TO=${restoreTo}`;
    await type(values, stop!);
    expect([...tables.stopped].sort()).toEqual([...FUNCTIONS].sort());
    const { stdout, stderr } = await type(values, stop!, restore!, swap!, settings!, eraseAgain!);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/"again":1/);
    expect(tables.settings).toContainEqual(
      expect.objectContaining({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
    );
    expect(tables.protectedTables.has(`${PREFIX}Users`)).toBe(true);
    shop.now += 120_000;
    await type(values, eraseAgain!);
    expect(await shop.deps.users.get(pseudonym('customer-7'))).toBeUndefined();
    // What came since the instant is not there yet.
    expect(await shop.deps.users.get(pseudonym('newcomer'))).toBeUndefined();
    await rebuildUsers(shop.deps, client, ['newcomer'], () => {});
    await type(values, stop!.replace(/^for .*$/m, ''), start!);
    expect(tables.stopped.size).toBe(0);
    expect(await night()).toEqual(before);
    expect([await idOf('customer-1'), await idOf('newcomer')]).toEqual(['customer-1', 'newcomer']);
  },
  300_000,
);

describe('without a backup', () => {
  test('Users is made again from Actions and Links, by command, and the next night says what it said before', async () => {
    const before = await night();
    for (const { user } of await tables.read('Users'))
      await client.send(new DeleteCommand({ TableName: 'Users', Key: { user } }));
    writeFileSync(join(folder, 'customers.txt'), `${IDS.slice(0, 5).join('\n')}\nsomebody-else\n`);
    const args = ['rebuild', '--stage', 'dev', '--ids', 'customers.txt', '--json'];
    const { stdout } = await run(process.execPath, [join(ROOT, 'cli', 'run.mjs'), ...args], {
      cwd: folder,
      env: {
        ...process.env,
        INIT_CWD: folder,
        NODE_OPTIONS: '',
        AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${cloud.port}`,
      },
    });
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ named: 5, merged: 1 });
    expect(await night()).toEqual(before);
    expect(await idOf('customer-1')).toBe('customer-1');
    expect(await idOf('customer-6')).toBe(`~${pseudonym('customer-6')}`);
    // The visitor is still the customer.
    expect((await shop.deps.users.get(pseudonym('visitor')))?.user).toBe(pseudonym('customer-0'));
  }, 120_000);

  test('the first key of a stage is made with one’s own credentials', async () => {
    const args = ['keys', 'create', '--scope', 'admin', '--name', 'ops', '--stage', 'dev', '--json'];
    const { stdout } = await run(process.execPath, [join(ROOT, 'cli', 'run.mjs'), ...args], {
      env: { ...process.env, NODE_OPTIONS: '', AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${cloud.port}` },
    });
    const { key } = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(await shop.deps.keys.find(key)).toMatchObject({ scope: 'admin', name: 'ops' });
  }, 60_000);
});
