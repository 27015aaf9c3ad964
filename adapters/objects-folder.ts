/** The object store of a local system: a folder. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ObjectStore } from '../core/ports/objects.ts';

/** @param folder made when the first object is put. Names are checked by the caller */
export function createFolderObjects(folder: string): ObjectStore {
  const root = resolve(folder);
  return {
    async put(name, body) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      // In the same folder, since a rename is atomic only within a file system; the dot hides it from list.
      const temporary = join(dirname(path), `.${process.pid}-${randomBytes(6).toString('hex')}`);
      try {
        await writeWhole(temporary, body);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },

    async get(name) {
      try {
        return new Uint8Array(await readFile(join(root, name)));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async list(prefix) {
      // The prefix may end inside a name; only the folder it lies in is read.
      const within = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      if (within.split('/').some((part) => part.startsWith('.'))) return [];
      const start = join(root, within);
      const entries = await readdir(start, { recursive: true, withFileTypes: true }).catch((error) => {
        if (isMissing(error)) return [];
        throw error;
      });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((name) => name.startsWith(prefix))
        .sort();
    },

    async remove(name) {
      await rm(join(root, name), { force: true });
    },
  };
}

/** On the disk before its name is: after a power cut the name holds the old file or the new one, whole. */
async function writeWhole(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(body);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
