/** DuckDB for the test that reads the export, from the npm registry, kept in node_modules/.cache. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const PACKAGE = '@duckdb/node-api';
const VERSION = '1.5.6-r.1';
const run = promisify(execFile);

interface Result {
  getRowObjectsJson(): Record<string, unknown>[];
}

interface Connection {
  runAndReadAll(sql: string): Promise<Result>;
  closeSync(): void;
}

/** A connection to a database in memory. @throws Error when it cannot be installed here */
export async function openDuckdb(): Promise<Connection> {
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/duckdb-${VERSION}`, import.meta.url));
  const done = join(folder, 'done');
  if (!existsSync(done)) {
    process.stderr.write(`installing ${PACKAGE} ${VERSION} for the test of the export (70 MB, once)\n`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--ignore-scripts', '--save-exact', `${PACKAGE}@${VERSION}`], { cwd: folder });
    await writeFile(done, '');
  }
  const entry = pathToFileURL(join(folder, 'node_modules', PACKAGE, 'lib', 'index.js')).href;
  const { DuckDBInstance } = await import(entry);
  return (await DuckDBInstance.create(':memory:')).connect();
}
