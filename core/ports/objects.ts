/** Files, and the model bundles among them. */
import type { Bundle } from '../model/contract.ts';

/** Files: S3, or a folder. Names are paths with `/`. A put replaces the whole file or nothing of it. */
export interface ObjectStore {
  put(name: string, body: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  list(prefix: string): Promise<string[]>;
  remove(name: string): Promise<void>;
}

/** Links to files of the object store, for callers without a key. */
export interface Downloads {
  /** @returns a URL that holds for some minutes; the file is saved as `fileName` */
  link(name: string, fileName: string): Promise<string>;
}

/** Model bundles by version; which one is live may change between calls, by a promotion. */
export interface BundleStore {
  live(): Promise<Bundle>;
  /** @throws Error for one that is not there or cannot be used */
  of(version: string): Promise<Bundle>;
}
