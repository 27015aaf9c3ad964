import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildWeb } from '../../../web/build.ts';

const FIRST_LOAD_LIMIT = 150 * 1024;

describe('the built dashboard', () => {
  let folder: string;
  let page: string;

  beforeAll(async () => {
    folder = await buildWeb();
    page = await readFile(join(folder, 'index.html'), 'utf8');
  });

  test('names only files that are there', async () => {
    const named = [...page.matchAll(/(?:src|href)="(.+?)"/g)].map(([, url]) => url!);
    expect(named.length).toBeGreaterThanOrEqual(4);
    for (const url of named) expect((await readFile(join(folder, url))).length).toBeGreaterThan(0);
  });

  test('runs under a policy that forbids inline script and style', () => {
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/i);
  });

  test('asks no other host for anything', async () => {
    const assets = await readdir(join(folder, 'assets'));
    for (const name of assets.filter((asset) => asset.endsWith('.css'))) {
      expect(await readFile(join(folder, 'assets', name), 'utf8')).not.toMatch(/url\(\s*["']?(?:https?:)?\/\//);
    }
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test('comes in at most 150 KB, compressed, with all its assets', async () => {
    const assets = await readdir(join(folder, 'assets'));
    const files = ['index.html', ...assets.map((name) => join('assets', name))];
    const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(join(folder, file))).length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(FIRST_LOAD_LIMIT);
  });

  test('is found, not made again, while its sources stay as they are', async () => {
    const started = performance.now();
    expect(await buildWeb()).toBe(folder);
    expect(performance.now() - started).toBeLessThan(500);
    expect(await readFile(join(folder, 'index.html'), 'utf8')).toBe(page);
  });
});
