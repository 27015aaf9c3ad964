import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { audit, billOfMaterials, isAllowed, packagesInUse } from '../../../cli/packages.ts';

test('every package in use lets everybody use what is made with it', () => {
  const packages = packagesInUse();
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['zod', 'preact', '@smithy/core']));
  // Only developed with.
  expect(packages.map(({ name }) => name)).not.toContain('jest');
  expect(packages.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
});

test.each([
  ['MIT', true],
  ['(MIT OR CC0-1.0)', true],
  ['GPL-3.0-only OR MIT', true],
  ['MIT AND ISC', true],
  ['MIT AND GPL-3.0-only', false],
  ['AGPL-3.0-only', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['none', false],
])('a licence of %s: %s', (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed);
});

test('the bill of materials has every package in use, and those of training with their hashes', async () => {
  const bill = await billOfMaterials();
  const names = bill.components.map(({ name, version }) => `${name}@${version}`);
  for (const { name, version } of packagesInUse()) expect(names).toContain(`${name}@${version}`);
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'buy-timing' } } });
  const torch = bill.components.find(({ purl }) => purl.startsWith('pkg:pypi/torch@'))!;
  expect(torch.hashes!.length).toBeGreaterThan(5);
  for (const { alg, content } of torch.hashes!) expect([alg, content.length]).toEqual(['SHA-256', 64]);
}, 30_000);

let registry: Server | undefined;
afterEach(async () => {
  delete process.env.npm_config_registry;
  await new Promise((resolve) => (registry ? registry.close(resolve) : resolve(undefined)));
});

/** A registry that knows something against zod, or does not answer that. */
async function startRegistry(knows: boolean): Promise<void> {
  registry = createServer((request, response) => {
    const advisory = { id: 1, url: 'https://example.com', title: 'bad', severity: 'high', vulnerable_versions: '<99' };
    const { zod } = Object.fromEntries(packagesInUse().map(({ name, version }) => [name, version]));
    const answer = request.method === 'POST' ? { zod: [advisory] } : { name: 'zod', versions: { [zod!]: {} } };
    response
      .writeHead(knows ? 200 : 405, { 'content-type': 'application/json' })
      .end(knows ? JSON.stringify(answer) : '{}');
  });
  await new Promise<void>((resolve) => registry!.listen(0, '127.0.0.1', resolve));
  process.env.npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
}

test('what the registry knows is counted by severity', async () => {
  await startRegistry(true);
  expect(await audit()).toMatchObject({ vulnerabilities: { high: 1, critical: 0 } });
}, 30_000);

test('a registry that does not say leaves the audit out, and tells why', async () => {
  await startRegistry(false);
  expect(await audit()).toEqual({ leftOut: expect.stringContaining('405') });
}, 30_000);
