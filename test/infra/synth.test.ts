import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

test('the CDK writes every template without an account, without Docker and without anything else of the machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'buy-timing-synth-'));
  try {
    const out = join(folder, 'out');
    const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'synth', '--json', '--out', out], {
      // No PATH: neither docker nor aws is found; no HOME with credentials.
      env: { PATH: folder, HOME: folder },
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const { stacks } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
      stacks: { name: string; template: string }[];
    };
    expect(stacks.map(({ name }) => name).sort()).toEqual(
      ['dev', 'prod'].flatMap((stage) =>
        ['api', 'data', 'edge', 'events', 'firewall', 'model', 'nightly', 'privacy', 'training', 'watch'].map(
          (stack) => `buy-timing-${stage}-${stack}`,
        ),
      ),
    );
    for (const { template } of stacks)
      expect(Object.keys(JSON.parse(readFileSync(template, 'utf8')).Resources).length).toBeGreaterThan(
        /firewall|watch/.test(template) ? 0 : 5,
      );
    const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('index.html'));
    expect(pages).toHaveLength(1);
    expect(readFileSync(join(out, pages[0]!), 'utf8')).toMatch(/src="\/assets\/main-\w+\.js"/);
    expect(existsSync(join(out, pages[0]!, '../fingerprint'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
