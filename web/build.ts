/** Builds the dashboard: `web/dist/index.html` and hashed files under `assets/`, nothing inline. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const web = fileURLToPath(new URL('.', import.meta.url));
const root = join(web, '..');
const dist = join(web, 'dist');
const FINGERPRINT = 'fingerprint';

/** What the bundle is made of besides web/: reply types vanish, but the core functions used by pages do not. */
const SOURCES = [web, join(root, 'core'), join(root, 'client'), join(root, 'package-lock.json')];

/**
 * Makes the dashboard's files, or finds them made from the same sources before.
 * @returns the folder to serve at `/`
 * @throws esbuild's BuildFailure, naming file and line
 */
export async function buildWeb(): Promise<string> {
  const fingerprint = await fingerprintOf(SOURCES);
  if ((await readFile(join(dist, FINGERPRINT), 'utf8').catch(() => '')) === fingerprint) return dist;

  // Built beside and moved into place, so that a server never sees half a build.
  const fresh = `${dist}.${randomUUID()}`;
  try {
    const assets = await bundle(fresh);
    const template = await readFile(join(web, 'index.html'), 'utf8');
    await writeFile(join(fresh, 'index.html'), fillIn(template, assets));
    await writeFile(join(fresh, FINGERPRINT), fingerprint);
    await rm(dist, { recursive: true, force: true });
    await rename(fresh, dist).catch((error: NodeJS.ErrnoException) => {
      // Another process put the same build there first.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return dist;
}

/** @returns URL of each asset by its name without hash; `font` is the one the first page draws with */
async function bundle(folder: string): Promise<Record<string, string>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'web/main.tsx', style: 'web/styles/index.css', icon: 'web/icon.svg' },
    outdir: folder,
    entryNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    publicPath: '/',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file', '.svg': 'copy' },
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  const assets: Record<string, string> = {};
  for (const output of Object.keys(metafile.outputs)) {
    const file = basename(output);
    const name = file.replace(/-[A-Z0-9]{8}(?=\.)/, '');
    assets[name.endsWith('-latin-wght-normal.woff2') ? 'font' : name] = `/assets/${file}`;
  }
  return assets;
}

function fillIn(template: string, assets: Record<string, string>): string {
  return template.replace(/\{\{(.+?)\}\}/g, (_, name: string) => {
    const url = assets[name];
    if (!url) throw new Error(`web/index.html names ${name}, which the build did not make`);
    return url;
  });
}

async function fingerprintOf(paths: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesOf(path))
      hash
        .update(file)
        .update('\0')
        .update(await readFile(file));
  }
  return hash.digest('hex');
}

async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return undefined;
      throw error;
    },
  );
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(dist))
    .sort();
}
