import { readFileSync } from 'node:fs';
import type { Bundle } from '../../../core/model/contract.ts';
import { createHandler, type HealthDependencies } from '../../../functions/health/handler.ts';
import { VERSION } from '../../../functions/version.ts';

const depsOf = (change: Partial<HealthDependencies> = {}): HealthDependencies => ({
  settings: { get: async () => undefined },
  objects: { get: async () => undefined },
  bundles: { live: async () => ({ manifest: { version: 'tiny-1' } }) as Bundle },
  log: { info: () => {}, warn: () => {}, error: () => {} },
  starting: () => false,
  timeOutMs: 20,
  ...change,
});

const ask = async (change?: Partial<HealthDependencies>) => {
  const { statusCode, body } = await createHandler(depsOf(change))();
  return { statusCode, ...JSON.parse(body ?? '') };
};

test('all well is 200 with the version of package.json and the live model', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(version);
  const checks = { store: 'ok', objects: 'ok', model: 'ok' };
  expect(await ask()).toEqual({ statusCode: 200, status: 'ok', version, model: 'tiny-1', checks });
});

test('a system that is being started is 503', async () => {
  expect(await ask({ starting: () => true })).toMatchObject({ statusCode: 503, status: 'starting' });
});

test.each([
  ['store', { settings: { get: () => Promise.reject(new Error('down')) } }],
  ['objects', { objects: { get: () => Promise.reject(new Error('down')) } }],
  ['model', { bundles: { live: () => Promise.reject(new Error('refused')) } }],
  ['store', { settings: { get: () => new Promise<never>(() => {}) } }],
])('a %s that fails or does not answer is 503 and named', async (name, change) => {
  const reply = await ask({ ...change, starting: () => true });
  expect(reply).toMatchObject({ statusCode: 503, status: 'failing', checks: { [name]: 'failing' } });
  expect(Object.values(reply.checks).filter((check) => check === 'failing')).toHaveLength(1);
  expect(JSON.stringify(reply)).not.toContain('down');
});
