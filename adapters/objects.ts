import type { ObjectStore } from '../core/ports/objects.ts';
import { createFolderObjects } from './objects-folder.ts';
import { createBucketObjects } from './objects-s3.ts';

/** A name of the object store that is no path below its root. */
export class BadObjectName extends Error {
  constructor() {
    super('a name of the object store is a path of plain parts: no empty ones, none that begin with a dot');
    this.name = 'BadObjectName';
  }
}

/**
 * The object store at an address. Names are paths with `/`; `put`, `get` and `remove` throw BadObjectName for others.
 * @param address `file:` and the path of a folder, or `s3://bucket/prefix`
 */
export function createObjectStore(address: string): ObjectStore {
  const store = storeAt(address);
  return {
    put: async (name, body) => store.put(checked(name), body),
    get: async (name) => store.get(checked(name)),
    list: (prefix) => store.list(prefix),
    remove: async (name) => store.remove(checked(name)),
  };
}

function storeAt(address: string): ObjectStore {
  if (address.startsWith('file:')) return createFolderObjects(address.slice('file:'.length));
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(address) ?? [];
  if (bucket) return createBucketObjects(bucket, prefix ? `${prefix}/` : '');
  throw new Error('OBJECTS is neither file: and a path nor s3://bucket/prefix');
}

function checked(name: string): string {
  const plain = name.split('/').every((part) => part !== '' && !part.startsWith('.') && !/[\\\0]/.test(part));
  if (!plain) throw new BadObjectName();
  return name;
}
