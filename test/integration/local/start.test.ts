import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { launch, ROOT, runCommand, type Started, startSystem, temporaryFolder } from '../../support/system.ts';

let folder: ReturnType<typeof temporaryFolder>;
let running: Started | undefined;

beforeEach(() => {
  folder = temporaryFolder();
  running = undefined;
});

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 100));
  folder.remove();
});

const start = async (...args: string[]) => {
  running = await startSystem(folder.path, ['--empty', '--time-zone', 'UTC', ...args]);
  return running;
};

const track = (system: Started, userId: string, messageId: string) =>
  fetch(`${system.url}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.keys.write}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      userId,
      messageId,
      event: 'Product Viewed',
      properties: { category: 'Shoes' },
      timestamp: new Date().toISOString(),
    }),
  });

const actionsOf = async (system: Started, userId: string): Promise<{ id: string }[]> => {
  const reply = await fetch(`${system.url}/v1/users/${userId}/actions?limit=1000`, {
    headers: { authorization: `Bearer ${system.keys.read}` },
  });
  return ((await reply.json()) as { actions: { id: string }[] }).actions;
};

/** What every expected failure looks like. */
function expectOneLine(finished: { code: number | null; stdout: string; stderr: string }, text: RegExp) {
  expect(finished.stderr.trim().split('\n')).toHaveLength(1);
  expect(finished.stderr).toMatch(text);
  expect(finished.stdout).not.toContain('ready');
  expect(finished.code).toBe(1);
}

describe('a system that runs', () => {
  test('says so in its last line, answers, and stops at SIGTERM with nothing left behind', async () => {
    const system = await start();
    expect(system.output().stdout.trim().split('\n').at(-1)).toBe(`Buy Timing is ready: ${system.url}`);
    expect(system.output().stdout).not.toContain(system.keys.read);
    const health = await fetch(`${system.url}/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', checks: { store: 'ok', model: 'ok' } });
    const page = await fetch(system.url);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const asset = /\/assets\/[^"]+\.js/.exec(await page.text())?.[0];
    expect((await fetch(`${system.url}${asset}`)).headers.get('content-type')).toContain('javascript');
    const stopped = await system.stop();
    expect([stopped.code, stopped.seconds < 10]).toEqual([0, true]);
    expect(existsSync(join(folder.path, 'system.json'))).toBe(false);
  });

  test('is found again by the next start: keys, zone and actions', async () => {
    const first = await start();
    expect((await track(first, 'u1', 'm1')).status).toBe(200);
    await first.stop('SIGINT');
    running = await startSystem(folder.path);
    expect(running.keys).toEqual(first.keys);
    expect(await actionsOf(running, 'u1')).toMatchObject([{ word: 'view:shoes' }]);
  });

  test('is found again after it was killed', async () => {
    const first = await start();
    expect((await track(first, 'u1', 'm1')).status).toBe(200);
    await first.stop('SIGKILL');
    // Its child notices that it is alone.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    running = await startSystem(folder.path);
    expect(await actionsOf(running, 'u1')).toHaveLength(1);
  });

  test('stops once, though Ctrl-C arrives several times', async () => {
    const system = await start();
    system.child.kill('SIGINT');
    system.child.kill('SIGINT');
    expect((await system.stop('SIGINT')).code).toBe(0);
  });

  test('under load stores every action that it answered with 200', async () => {
    const system = await start();
    const answered: string[] = [];
    let count = 0;
    let stopping = false;
    const sender = async () => {
      while (!stopping) {
        const id = `m${count++}`;
        try {
          if ((await track(system, 'u1', id)).status === 200) answered.push(id);
        } catch {
          return;
        }
      }
    };
    const senders = Promise.all(Array.from({ length: 8 }, sender));
    // At least a second, and on a busy machine until enough was answered to be lost.
    do await new Promise((resolve) => setTimeout(resolve, 1_000));
    while (answered.length <= 20);
    const stopped = await system.stop();
    stopping = true;
    await senders;
    expect([stopped.code, stopped.seconds < 10]).toEqual([0, true]);
    expect(answered.length).toBeGreaterThan(20);
    running = await startSystem(folder.path);
    const stored = new Set<string>();
    let cursor: string | undefined;
    do {
      const reply = await fetch(
        `${running.url}/v1/users/u1/actions?limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
        { headers: { authorization: `Bearer ${running.keys.read}` } },
      );
      const page = (await reply.json()) as { actions: { id: string }[]; next?: string };
      for (const { id } of page.actions) stored.add(id);
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(answered.filter((id) => !stored.has(id))).toEqual([]);
  });
});

describe('started through npm', () => {
  const startByNpm = async () => {
    const args = ['start', '--silent', '--', '--data', folder.path, '--port', '0', '--empty'];
    const npm = spawn('npm', args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(npm, 'close');
    let output = '';
    npm.stdout.on('data', (chunk) => {
      output += chunk;
    });
    while (!output.includes('is ready')) {
      if (npm.exitCode !== null) throw new Error(`npm start ended: ${npm.stderr.read()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { npm, ended };
  };

  test('ends with exit 0 at a SIGTERM to npm', async () => {
    const { npm, ended } = await startByNpm();
    npm.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(existsSync(join(folder.path, 'system.json'))).toBe(false);
  });

  test('ends with exit 0 at a Ctrl-C, which reaches every process of the terminal', async () => {
    const { npm, ended } = await startByNpm();
    process.kill(-npm.pid!, 'SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(existsSync(join(folder.path, 'system.json'))).toBe(false);
  });
});

describe('one clear line and exit 1', () => {
  test('for a second start on the same folder', async () => {
    const system = await start();
    const second = await runCommand(['start', '--data', folder.path, '--port', '0']);
    expectOneLine(second, new RegExp(`is used by a system that runs at ${system.url}.*stop it first`));
    expect((await fetch(`${system.url}/health`)).status).toBe(200);
  });

  test('for a busy port, and nothing is made', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const refused = await runCommand(['start', '--data', folder.path, '--port', String(port)]);
      expectOneLine(refused, new RegExp(`port ${port} is in use.*--port`));
      expect(readdirSync(folder.path)).toEqual([]);
    } finally {
      server.close();
    }
  });

  test('for a folder that cannot be written', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expectOneLine(
      await runCommand(['start', '--data', join(file, 'data'), '--port', '0']),
      /cannot be written.*--data/,
    );
  });

  test('for another time zone than the one kept', async () => {
    await (await start()).stop();
    const other = await runCommand(['start', '--data', folder.path, '--port', '0', '--time-zone', 'Asia/Tokyo']);
    expectOneLine(other, /has the time zone UTC, not Asia\/Tokyo.*without --time-zone/);
  });

  test('for a bundle that is not there', async () => {
    const args = ['start', '--empty', '--data', folder.path, '--port', '0', '--bundle', join(folder.path, 'none')];
    expectOneLine(await runCommand(args), /no model bundle at .*none.*--bundle/);
  });

  test('for every kind of damage, which it leaves as it is', async () => {
    await (await start()).stop();
    const startAgain = () => runCommand(['start', '--data', folder.path, '--port', '0']);
    for (const name of ['shop.json', 'secrets.json', 'keys.json', join('store', 'CURRENT')]) {
      const path = join(folder.path, name);
      const whole = readFileSync(path);
      writeFileSync(path, 'broken');
      expectOneLine(await startAgain(), /is damaged: .*; restore it from a backup/);
      expect(readFileSync(path, 'utf8')).toBe('broken');
      writeFileSync(path, whole);
    }
    rmSync(join(folder.path, 'secrets.json'));
    expectOneLine(await startAgain(), /is damaged: secrets.json is missing, but there is data/);
  });
});

describe('wrong usage', () => {
  test.each([
    [['--port', 'x'], /whole number/],
    [['--port', '70000'], /between 0 and 65535/],
    [['--users', '0'], /between 1 and/],
    [['--time-zone', 'Mars/Base'], /"Mars\/Base" does not exist/],
    [['--nothing'], /unknown option/],
    [['file.csv'], /too many arguments/],
  ])('%j is exit 2', async (args, text) => {
    const refused = await runCommand(['start', '--data', join(folder.path, 'new'), ...args]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(text);
    expect(existsSync(join(folder.path, 'new'))).toBe(false);
  });
});

test('a stop while the demo shop is filled is clean, and the next start goes on with it', async () => {
  const { child, output } = launch(['start', '--data', folder.path, '--port', '0', '--users', '400']);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const demo = join(folder.path, 'demo.json');
  while (!(existsSync(demo) && JSON.parse(readFileSync(demo, 'utf8')).sent > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (child.exitCode !== null) throw new Error(output().stderr);
  }
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(output().stdout).not.toContain('ready');
  running = await startSystem(folder.path);
  expect(JSON.parse(readFileSync(demo, 'utf8'))).toMatchObject({ users: 400, done: true });
  const overview = await fetch(`${running.url}/v1/overview`, {
    headers: { authorization: `Bearer ${running.keys.read}` },
  });
  expect(((await overview.json()) as { users: number }).users).toBeGreaterThan(100);
}, 120_000);
