import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { dump, newDataFolder, runImport } from '../support/import.ts';
import { type Started, startSystem } from '../support/system.ts';

const path = join(tmpdir(), `import-url-${process.pid}.csv`);
const rejects = `${path}.rejects`;
const folders: string[] = [];
let server: Server | undefined;
let system: Started | undefined;
afterEach(async () => {
  server?.close();
  await system?.stop();
  server = undefined;
  system = undefined;
});
afterAll(() => {
  for (const each of [path, rejects, ...folders]) rmSync(each, { recursive: true, force: true });
});

function writeRows(count: number): void {
  let text = 'user_id,timestamp,type,category,quantity,amount\n';
  for (let n = 0; n < count; n++) {
    const type = ['view', 'search', 'purchase'][n % 3];
    text += `00${n % 40},2026-0${1 + (n % 9)}-${10 + (n % 19)},${type},Ünï Cat ${n % 7},${n % 3},${n % 5}.5\n`;
  }
  writeFileSync(path, text);
}

/** A server of the tracking API that a test makes fail. */
async function serve(answer: (body: { batch: unknown[] }, call: number, response: ServerResponse) => void) {
  const requests: { body: { batch: Record<string, unknown>[] }; headers: IncomingMessage['headers'] }[] = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    requests.push({ body, headers: request.headers });
    answer(body, requests.length, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const taken = (response: ServerResponse, received: number, errors: { index: number }[] = []) =>
  response.end(JSON.stringify({ success: true, received, accepted: received - errors.length, errors }));
const env = { BUY_TIMING_WRITE_KEY: 'bt_write_test', SHOP_TIME_ZONE: 'UTC' };

describe('import to a server', () => {
  test('stores the same actions as import to a folder', async () => {
    writeRows(3_000);
    const [served, direct] = [newDataFolder(), newDataFolder()];
    folders.push(served, direct);
    system = await startSystem(served, ['--empty']);
    const sent = await runImport([path, '--url', system.url], {
      env: { BUY_TIMING_WRITE_KEY: system.keys.write, SHOP_TIME_ZONE: 'Asia/Tokyo' },
    });
    expect(sent.json).toMatchObject({ read: 3_000, accepted: 3_000, duplicates: 0, rejected: 0, users: 40 });
    // A second import goes through the running system to its store: every action is there already, by the same id.
    const again = await runImport([path, '--data', served]);
    expect(again.json).toMatchObject({ accepted: 0, duplicates: 3_000 });
    await system.stop();
    await runImport([path, '--data', direct]);
    const actions = async (folder: string) => {
      const stored = (await dump(folder)).Actions.flatMap((item) =>
        item.actions.map((action) => JSON.stringify([item.user, action])),
      );
      return stored.sort();
    };
    expect(await actions(served)).toEqual(await actions(direct));
  }, 120_000);

  test('tries again what was refused for now, and loses nothing', async () => {
    writeRows(2_500);
    const { url, requests } = await serve((body, call, response) => {
      if (call === 1) response.writeHead(429, { 'retry-after': '0' }).end();
      else if (call === 2) response.writeHead(503).end();
      else if (call === 3) response.destroy();
      else taken(response, body.batch.length);
    });
    const run = await runImport([path, '--url', url], { env });
    expect(run.json).toMatchObject({ read: 2_500, accepted: 2_500 });
    expect(requests[0]!.headers.authorization).toBe('Bearer bt_write_test');
    const ids = new Set(requests.slice(3).flatMap(({ body }) => body.batch.map(({ messageId }) => messageId)));
    expect(ids.size).toBe(2_500);
    expect(requests[3]!.body.batch.length).toBeLessThanOrEqual(2_500);
  }, 60_000);

  test('names the line of each row that the server refuses', async () => {
    writeRows(4);
    const { url } = await serve((body, _, response) => taken(response, body.batch.length, [{ index: 2 }]));
    const run = await runImport([path, '--url', url, '--rejects', rejects], { env });
    expect(run.json).toMatchObject({ read: 4, accepted: 3, rejected: 1 });
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(rejects, 'utf8')).toBe('line,reason\n4,"the server refused it"\n');
  }, 60_000);

  test.each([
    ['a key it does not know', 401, /refuses the key/],
    ['a path it does not have', 404, /answers 404/],
  ])(
    'ends in one line for %s',
    async (_, status, said) => {
      writeRows(4);
      const { url } = await serve((_body, _call, response) => response.writeHead(status).end());
      const run = await runImport([path, '--url', url], { env });
      expect(run.code).toBe(1);
      expect(run.json.error).toMatch(said);
      expect(run.stderr + run.stdout).not.toContain(env.BUY_TIMING_WRITE_KEY);
    },
    60_000,
  );

  test('ends in one line for a server of another kind', async () => {
    writeRows(4);
    const { url } = await serve((_body, _call, response) => response.end('<html></html>'));
    const run = await runImport([path, '--url', url], { env });
    expect(run.json.error).toMatch(/no Buy Timing/);
  }, 60_000);
});
