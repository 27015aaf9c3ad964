/** The commands against a stage on AWS: its function answers here, behind Lambda's API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHandler } from '../../../functions/promotion/handler.ts';
import { type LocalCloud, startLocalCloud } from '../../support/local-cloud.ts';
import { BUNDLE, openShop, type TestShop } from '../../support/shop.ts';
import { runCommand } from '../../support/system.ts';
import { variantBundle } from '../../support/variant.ts';

const folder = mkdtempSync(join(tmpdir(), 'stage-'));
let shop: TestShop;
let cloud: LocalCloud;
let ids = 0;

beforeAll(async () => {
  shop = await openShop('UTC');
  const { deps } = shop;
  const load = async () => deps.scorer;
  const handler = createHandler({ ...deps, load, newId: () => `id-${ids++}`, progress: () => {} });
  cloud = await startLocalCloud({ 'buy-timing-dev-promotion': handler });
  variantBundle(join(folder, 'second'), 'second-1', 0.2);
}, 60_000);
afterAll(async () => {
  await cloud.stop();
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const env = {
    AWS_ENDPOINT_URL_LAMBDA: `http://localhost:${cloud.port}`,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  };
  const { code, stdout, stderr } = await runCommand([...args, '--json'], env);
  return { code, said: stderr.trim(), result: JSON.parse(stdout.trim().split('\n').at(-1)!) };
}

test('a folder is uploaded, judged and promoted there, and taken back', async () => {
  expect((await run('promote', BUNDLE, '--stage', 'dev')).said).toMatch(/is live already/);
  const refused = await run('promote', join(folder, 'second'), '--stage', 'dev');
  expect([refused.code, refused.said]).toEqual([
    1,
    expect.stringMatching(/the gate refuses second-1: nobody is there/),
  ]);
  const forced = await run('promote', 'second-1', '--stage', 'dev', '--force', '--why', 'we know better');
  expect(forced).toMatchObject({ code: 0, result: { version: 'second-1', passes: false } });
  expect((await run('promote', '--stage', 'dev')).result).toMatchObject({
    version: 'second-1',
    changes: [{ what: 'promotion', forced: true, why: 'we know better' }],
  });
  const { from } = forced.result;
  expect(await run('rollback', '--stage', 'dev')).toMatchObject({ code: 0, result: { version: from } });
  expect((await run('rollback', '--stage', 'dev')).said).toMatch(/nothing was live before it/);
}, 60_000);

test('a stage that cdk.json does not have, or that is not deployed, is named', async () => {
  expect((await run('promote', '--stage', 'nowhere')).said).toBe('cdk.json has no stage nowhere; it has dev, prod');
  expect((await run('promote', '--stage', 'prod')).said).toMatch(
    /^buy-timing-prod-promotion cannot be called: .*deployed$/,
  );
}, 60_000);
