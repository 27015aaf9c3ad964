import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder, prepareDataFolder } from '../../../local/data-folder.ts';
import { currentHolder, type Lock, takeLock } from '../../../local/lock.ts';
import { startPart } from '../../../local/part.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'buy-timing-folder-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a data folder', () => {
  test('keeps its secrets, keys and zone, readable by its owner only', () => {
    const first = openDataFolder(folder, 'Asia/Tokyo');
    const second = openDataFolder(folder);
    expect(second).toEqual(first);
    expect(second.timeZone).toBe('Asia/Tokyo');
    for (const file of [first.secretsFile, first.keysFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(new Set(Object.values(first.keys)).size).toBe(3);
  });

  test('refuses another zone, and one that does not exist', () => {
    openDataFolder(folder, 'Asia/Tokyo');
    expect(() => openDataFolder(folder, 'UTC')).toThrow(/has the time zone Asia\/Tokyo, not UTC/);
    expect(() => openDataFolder(folder, 'Mars/Base')).toThrow(/"Mars\/Base" does not exist/);
  });

  test.each(['shop.json', 'secrets.json', 'keys.json'])('says that %s cannot be read, and leaves it', (name) => {
    openDataFolder(folder);
    writeFileSync(join(folder, name), '{"half":');
    expect(() => openDataFolder(folder)).toThrow(`is damaged: ${name} cannot be read`);
    expect(readFileSync(join(folder, name), 'utf8')).toBe('{"half":');
  });

  test.each(['shop.json', 'secrets.json'])('makes no new %s beside data that needs the old one', (name) => {
    const { store } = openDataFolder(folder);
    writeFileSync(join(store, 'CURRENT'), 'x');
    rmSync(join(folder, name));
    expect(() => openDataFolder(folder)).toThrow(`${name} is missing, but there is data`);
  });

  test('that is a file, or below one, cannot be written', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) expect(() => prepareDataFolder(path)).toThrow(/cannot be written/);
  });
});

describe('the lock of a data folder', () => {
  const system = () => join(folder, 'system.json');

  test('is held by one at a time, and free after its release', async () => {
    const lock = (await takeLock(folder, 'system')) as Lock;
    expect(await takeLock(folder, 'command')).toMatchObject({ holder: { pid: process.pid, kind: 'system' } });
    lock.release();
    expect(await takeLock(folder, 'command')).toHaveProperty('release');
  });

  test('of a dead process is taken over', async () => {
    writeFileSync(
      system(),
      JSON.stringify({
        pid: 2 ** 22 + 1,
        token: 'old',
        kind: 'system',
        startedAt: new Date().toISOString(),
        storePort: 9,
      }),
    );
    expect(await currentHolder(folder)).toBeUndefined();
    expect(await takeLock(folder, 'system')).toHaveProperty('release');
  });

  test('of a living process that is not its holder is taken over: pids are reused', async () => {
    const store = await startPart('store', './store-worker.ts', {
      path: join(folder, 'other'),
      token: 'another folder',
    });
    try {
      const holder = { pid: process.pid, token: 'old', kind: 'system', startedAt: new Date().toISOString() };
      writeFileSync(system(), JSON.stringify({ ...holder, storePort: store.port }));
      expect(await takeLock(folder, 'system')).toHaveProperty('release');
    } finally {
      await store.close();
    }
  });

  test('is believed while the store answers with its token', async () => {
    const lock = (await takeLock(folder, 'system')) as Lock;
    const store = await startPart('store', './store-worker.ts', { path: join(folder, 'store'), token: lock.token });
    try {
      lock.note({ storePort: store.port });
      expect(await takeLock(folder, 'system')).toMatchObject({ holder: { storePort: store.port } });
    } finally {
      await store.close();
    }
    expect(await currentHolder(folder)).toBeUndefined();
  });

  test.each(['', '{"pid":', '[]'])('with the content %j is taken over', async (content) => {
    writeFileSync(system(), content);
    expect(await takeLock(folder, 'system')).toHaveProperty('release');
  });

  test('a release leaves the lock of someone else', async () => {
    const lock = (await takeLock(folder, 'system')) as Lock;
    const other = JSON.stringify({ pid: 1, token: 'x', kind: 'system', startedAt: new Date().toISOString() });
    writeFileSync(system(), other);
    lock.release();
    expect(readFileSync(system(), 'utf8')).toBe(other);
  });
});

describe('the store of a data folder', () => {
  const open = (path: string) => startPart('store', './store-worker.ts', { path, token: 't' });

  test('cannot be opened twice', async () => {
    const path = join(folder, 'store');
    const store = await open(path);
    await expect(open(path)).rejects.toThrow('LEVEL_LOCKED');
    await store.close();
    await (await open(path)).close();
  });

  test('that is damaged says so', async () => {
    const path = join(folder, 'store');
    await (await open(path)).close();
    writeFileSync(join(path, 'CURRENT'), 'MANIFEST-999999\n');
    await expect(open(path)).rejects.toThrow(/LEVEL_/);
  });
});
