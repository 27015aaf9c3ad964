/** Every route, with every key that does not open it, and with one that does. Made from the list of routes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SCOPES, type Scope } from '../../../core/ports/keys.ts';
import { scopeAllows } from '../../../functions/http/access.ts';
import { ROUTES, type Route } from '../../../functions/routes.ts';
import { createDependencies, type Dependencies } from '../../../functions/wiring.ts';
import { eventOf } from '../../support/gateway-event.ts';
import { startStore, type TestStore } from '../../support/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'buy-timing-access-'));
let store: TestStore;
let deps: Dependencies;
const keys = new Map<Scope | 'revoked' | 'unknown', string>();

beforeAll(async () => {
  store = await startStore();
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ pepper: 'a pepper for this test only' }));
  const wired = await createDependencies({
    SHOP_TIME_ZONE: 'UTC',
    PEPPER_SECRET_ID: `file:${join(folder, 'secrets.json')}`,
    OBJECTS: `file:${join(folder, 'objects')}`,
    BUNDLE: `file:${fileURLToPath(new URL('../../../model/bundles/tiny', import.meta.url))}`,
  });
  deps = { ...wired, log: { info: () => {}, warn: () => {}, error: () => {} } };
  for (const scope of SCOPES) keys.set(scope, (await deps.keys.create({ scope, name: scope })).key);
  const revoked = await deps.keys.create({ scope: 'admin', name: 'revoked' });
  await deps.keys.revoke(revoked.id);
  keys.set('revoked', revoked.key);
  keys.set('unknown', 'bt_admin_that_nobody_made');
});
afterAll(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask({ method, path, function: name }: Route, key: string | undefined): Promise<number> {
  const url = path.replaceAll(/\{\w+\}/g, 'x');
  const headers = ['content-type', 'application/json'];
  const event = eventOf({ method, url, key, headers, ...(method !== 'GET' && { body: {} }) });
  const { createHandler } = await import(`../../../functions/${name}/handler.ts`);
  return (await createHandler(deps)(event)).statusCode;
}

const guarded = ROUTES.filter(({ scope }) => scope !== 'none');

describe.each(guarded)('$method $path', (route) => {
  const needs = route.scope as Scope;

  test.each(['none', 'unknown', 'revoked'] as const)('refuses a key that is %s', async (kind) => {
    expect(await ask(route, kind === 'none' ? undefined : keys.get(kind))).toBe(401);
  });

  test.each(SCOPES.filter((scope) => !scopeAllows(scope, needs)).map((scope) => ({ scope })))(
    'refuses a key of scope $scope',
    async ({ scope }) => {
      expect(await ask(route, keys.get(scope))).toBe(403);
    },
  );

  test.each(SCOPES.filter((scope) => scopeAllows(scope, needs)).map((scope) => ({ scope })))(
    'lets a key of scope $scope in',
    async ({ scope }) => {
      expect([401, 403, 500]).not.toContain(await ask(route, keys.get(scope)));
    },
  );
});

test('a scope opens what it says: itself, reading with ids also reading, admin all', () => {
  const opened = SCOPES.map((has) => [has, SCOPES.filter((needs) => scopeAllows(has, needs))]);
  expect(opened).toEqual([
    ['write', ['write']],
    ['read', ['read']],
    ['read:ids', ['read', 'read:ids']],
    ['admin', ['write', 'read', 'read:ids', 'admin']],
  ]);
});

test('a rotated key works until its end, and the new one from the start', async () => {
  let now = Date.now();
  const { createKeyStore } = await import('../../../adapters/keys.ts');
  const store = createKeyStore(deps.settings, () => now, {});
  const old = await store.create({ scope: 'write', name: 'shop', source: 'web' });
  const made = (await store.rotate(old.id, 3_600_000))!;
  expect(await store.find(old.key)).toMatchObject({ scope: 'write' });
  expect(await store.find(made.key)).toMatchObject({ scope: 'write', name: 'shop', source: 'web' });
  now += 3_600_000;
  expect(await store.find(old.key)).toBeUndefined();
  expect(await store.find(made.key)).toBeDefined();
  expect(await store.rotate(old.id, 1)).toBeUndefined();
});
