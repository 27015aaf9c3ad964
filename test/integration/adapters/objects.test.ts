import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BadObjectName, createObjectStore } from '../../../adapters/objects.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import { type FakeBucket, startBucket } from '../../support/bucket.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

let folder: string;
let bucket: FakeBucket;
const stores: Record<string, ObjectStore> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'objects-'));
  bucket = await startBucket('scores-bucket');
  stores['a folder'] = createObjectStore(`file:${folder}/not/there/yet`);
  stores['a bucket'] = createObjectStore('s3://scores-bucket');
  stores['a part of a bucket'] = createObjectStore('s3://scores-bucket/some/part/');
});
afterAll(async () => {
  await bucket.stop();
  await rm(folder, { recursive: true });
});

describe.each(['a folder', 'a bucket', 'a part of a bucket'])('%s', (which) => {
  test('gives back what was put, byte for byte, until it is removed', async () => {
    const store = stores[which]!;
    const body = Uint8Array.from({ length: 70_000 }, (_, n) => n % 251);
    await store.put('scores/day=2026-03-02/shard=007', body);
    expect(Buffer.from((await store.get('scores/day=2026-03-02/shard=007'))!).equals(body)).toBe(true);
    await store.put('scores/day=2026-03-02/shard=007', bytes('new'));
    expect(await store.get('scores/day=2026-03-02/shard=007')).toEqual(bytes('new'));
    await store.remove('scores/day=2026-03-02/shard=007');
    await store.remove('scores/day=2026-03-02/shard=007');
    expect(await store.get('scores/day=2026-03-02/shard=007')).toBeUndefined();
  });

  test('an empty file is a file', async () => {
    await stores[which]!.put('empty', new Uint8Array());
    expect(await stores[which]!.get('empty')).toEqual(new Uint8Array());
  });

  test('what was never put is not there, nor below a file', async () => {
    await stores[which]!.put('plain', bytes('x'));
    expect(await stores[which]!.get('none/at/all')).toBeUndefined();
    expect(await stores[which]!.get('plain/below')).toBeUndefined();
  });

  test('a list has the names that begin with the prefix, in order', async () => {
    const store = stores[which]!;
    const names = ['list/day=1/b', 'list/day=1/a', 'list/day=10/a', 'list/day=2/ü 1+2', 'listing'];
    for (const name of names) await store.put(name, bytes(name));
    expect(await store.list('list/')).toEqual(['list/day=1/a', 'list/day=1/b', 'list/day=10/a', 'list/day=2/ü 1+2']);
    expect(await store.list('list/day=1')).toEqual(['list/day=1/a', 'list/day=1/b', 'list/day=10/a']);
    expect(await store.list('list/day=1/')).toEqual(['list/day=1/a', 'list/day=1/b']);
    expect(await store.list('nothing/here')).toEqual([]);
    expect(await store.list('')).toEqual(expect.arrayContaining(names));
  });

  test.each([
    '',
    '/etc/passwd',
    '..',
    '../x',
    'a/../../x',
    'a/..',
    'a//b',
    'a/',
    './a',
    'a/.hidden',
    'a\\..\\b',
    'a\0b',
  ])('the name %j is refused', async (name) => {
    const store = stores[which]!;
    await expect(store.put(name, bytes('x'))).rejects.toThrow(BadObjectName);
    await expect(store.get(name)).rejects.toThrow(BadObjectName);
    await expect(store.remove(name)).rejects.toThrow(BadObjectName);
  });
});

test('more objects than one answer of S3 holds are all listed', async () => {
  const store = stores['a bucket']!;
  const names = Array.from({ length: 25 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
  for (const name of names) await store.put(name, bytes('x'));
  expect(await store.list('many/')).toEqual(names);
  expect(bucket.pageSize).toBeLessThan(names.length);
});

describe('a folder', () => {
  test('a reader sees the old file or the new one, whole, and nothing is left over', async () => {
    const store = createObjectStore(`file:${folder}/atomic`);
    const versions = ['a', 'b'].map((letter) => bytes(letter.repeat(300_000)));
    await store.put('file', versions[0]!);
    let writing = true;
    const torn: number[] = [];
    const reading = (async () => {
      while (writing) {
        const body = Buffer.from((await store.get('file'))!);
        if (!versions.some((version) => body.equals(version))) torn.push(body.length);
      }
    })();
    for (let n = 0; n < 40; n++) await store.put('file', versions[n % 2]!);
    await Promise.all(versions.map((version) => store.put('file', version)));
    writing = false;
    await reading;
    expect(torn).toEqual([]);
    expect(await readdir(join(folder, 'atomic'))).toEqual(['file']);
  });

  test('a put that fails leaves the old file and nothing else', async () => {
    const store = createObjectStore(`file:${folder}/failing`);
    await store.put('taken/inside', bytes('old'));
    await expect(store.put('taken', bytes('new'))).rejects.toThrow();
    expect(await store.get('taken/inside')).toEqual(bytes('old'));
    expect(await readdir(join(folder, 'failing'))).toEqual(['taken']);
  });

  test('half-written files of a process that was killed are not listed', async () => {
    await mkdir(join(folder, 'killed'));
    await writeFile(join(folder, 'killed', '.123-abc'), 'half');
    expect(await createObjectStore(`file:${folder}/killed`).list('')).toEqual([]);
  });

  test('a list does not climb out of it', async () => {
    await writeFile(join(folder, 'outside'), 'x');
    const store = createObjectStore(`file:${folder}/inner`);
    await store.put('inside', bytes('x'));
    expect(await store.list('../')).toEqual([]);
    expect(await store.list('a/../../')).toEqual([]);
  });

  test('put does not write through a link', async () => {
    await writeFile(join(folder, 'target'), 'untouched');
    const store = createObjectStore(`file:${folder}/linked`);
    await mkdir(join(folder, 'linked'));
    await symlink(join(folder, 'target'), join(folder, 'linked', 'name'));
    await store.put('name', bytes('new'));
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('untouched');
  });
});

test.each(['', 'folder', 's3://', 'https://example.com'])('the address %j is refused', (address) => {
  expect(() => createObjectStore(address)).toThrow('neither file: and a path nor s3://bucket/prefix');
});
