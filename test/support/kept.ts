/** What takes seconds to make of the project's files, kept until one of them changes: many test files ask for the same. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'node_modules', '.cache', 'kept');
const HOUR = 3_600_000;

/**
 * @param paths files and folders of the project that the value is made of
 * @param request what else it is made of
 */
export function kept(paths: readonly string[], request: string, make: () => string): string {
  const hash = createHash('sha256').update(request);
  for (const path of paths.flatMap(filesOf)) hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  const file = join(FOLDER, hash.digest('hex'));
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const made = make();
    mkdirSync(FOLDER, { recursive: true });
    for (const name of readdirSync(FOLDER)) forget(join(FOLDER, name));
    const beside = `${file}.${randomUUID()}`;
    writeFileSync(beside, made);
    renameSync(beside, file);
    return made;
  }
}

function filesOf(path: string): string[] {
  if (statSync(join(ROOT, path)).isFile()) return [path];
  const all = readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.map((file) => file.slice(ROOT.length)).sort();
}

/** Another process may have removed it meanwhile. */
function forget(file: string): void {
  const { mtimeMs = Date.now() } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (Date.now() - mtimeMs > HOUR) rmSync(file, { force: true });
}
