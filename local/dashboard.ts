/** The dashboard's files, held in memory and served under a policy that allows no inline script and no other host. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { DASHBOARD_HEADERS } from '../web/headers.ts';
import type { Reply } from './gateway.ts';

export interface Dashboard {
  /** The file at a path, or undefined when there is none. */
  answer(path: string, ifNoneMatch: string | undefined): Reply | undefined;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** @param folder what `buildWeb` made: `index.html` and `assets/` with a hash in every name */
export async function loadDashboard(folder: string): Promise<Dashboard> {
  const files = new Map<string, { body: Buffer; type: string; tag: string }>();
  const names = await readdir(join(folder, 'assets'), { recursive: true });
  for (const name of ['index.html', ...names.map((file) => join('assets', file))]) {
    const type = TYPES[extname(name)];
    if (!type) continue;
    const body = await readFile(join(folder, name));
    const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    files.set(name === 'index.html' ? '/' : `/${name.split(sep).join('/')}`, { body, type, tag });
  }
  return {
    answer(path, ifNoneMatch) {
      const file = files.get(path);
      if (!file) return undefined;
      const headers = {
        ...DASHBOARD_HEADERS,
        'content-type': file.type,
        etag: file.tag,
        'cache-control': path === '/' ? 'no-cache' : 'public, max-age=31536000, immutable',
      };
      if (ifNoneMatch === file.tag) return { status: 304, headers, body: Buffer.alloc(0) };
      return { status: 200, headers, body: file.body };
    },
  };
}
