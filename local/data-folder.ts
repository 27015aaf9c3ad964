/** The data folder of a local system: what is in it, how it is made, and what is wrong with a damaged one. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { UnknownTimeZone, zoneOf } from '../core/time.ts';
import { Failure } from './failure.ts';
import { readText, writeJson } from './files.ts';

export interface DataFolder {
  path: string;
  /** Folder of the store's database. */
  store: string;
  /** Folder of the object store. */
  objects: string;
  secretsFile: string;
  keysFile: string;
  keys: Keys;
  /** IANA name; chosen once, when the folder is made. */
  timeZone: string;
}

const keysSchema = z.object({ write: z.string().min(1), read: z.string().min(1), admin: z.string().min(1) });
const shopSchema = z.object({ timeZone: z.string().min(1) });
const secretsSchema = z.object({
  pepper: z.string().min(1),
  encryptionKey: z.string().min(1),
  suppressionKey: z.string().min(1).optional(),
});

/** The keys that a local system always has, by scope. */
export type Keys = z.infer<typeof keysSchema>;

/** Makes the folder itself, so that a lock can be put into it. @throws Failure when it cannot be written */
export function prepareDataFolder(path: string): void {
  const probe = join(path, `.probe-${process.pid}`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Whether a shop lives in the folder. */
export function isDataFolder(path: string): boolean {
  return existsSync(join(path, 'shop.json'));
}

/**
 * Reads the folder, and makes what a new one lacks. Call it with the folder's lock held.
 * @param timeZone what the user asked for; absent: what is there, else `SHOP_TIME_ZONE`, else the machine's zone
 * @throws Failure for an unwritable or damaged folder, an unknown zone, or a zone other than the one kept
 */
export function openDataFolder(path: string, timeZone?: string): DataFolder {
  if (timeZone) checkZone(timeZone);
  const files = {
    store: join(path, 'store'),
    objects: join(path, 'objects'),
    secretsFile: join(path, 'secrets.json'),
    keysFile: join(path, 'keys.json'),
  };
  try {
    const hasData = existsSync(files.store) && readdirSync(files.store).length > 0;
    const shop = readPart(join(path, 'shop.json'), shopSchema, hasData, () => ({
      timeZone: timeZone ?? (process.env.SHOP_TIME_ZONE || Intl.DateTimeFormat().resolvedOptions().timeZone),
    }));
    checkZone(shop.timeZone);
    if (timeZone && shop.timeZone !== timeZone) {
      throw new Failure(
        `the shop in ${path} has the time zone ${shop.timeZone}, not ${timeZone}`,
        'start without --time-zone, or with another --data folder',
      );
    }
    readPart(files.secretsFile, secretsSchema, hasData, () => ({
      pepper: randomBytes(32).toString('base64'),
      encryptionKey: randomBytes(32).toString('base64'),
      suppressionKey: randomBytes(32).toString('base64'),
    }));
    const keys = readPart(files.keysFile, keysSchema, false, () => ({
      write: newKey('write'),
      read: newKey('read'),
      admin: newKey('admin'),
    }));
    mkdirSync(files.store, { recursive: true });
    mkdirSync(files.objects, { recursive: true });
    return { path, ...files, keys, timeZone: shop.timeZone };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unwritable(path, error);
  }
}

/** One line for a folder that is there but cannot be used. */
export function damaged(path: string, what: string): Failure {
  return new Failure(
    `the data folder ${path} is damaged: ${what}`,
    'restore it from a backup, or start a new one with --data',
  );
}

function readPart<T>(file: string, schema: z.ZodType<T>, needed: boolean, create: () => T): T {
  const folder = join(file, '..');
  const name = file.slice(folder.length + 1);
  const text = readText(file);
  if (text === undefined) {
    // A new secret would make everything that is stored under the old one unreadable.
    if (needed) throw damaged(folder, `${name} is missing, but there is data`);
    const value = create();
    writeJson(file, value);
    return value;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw damaged(folder, `${name} cannot be read`);
  }
}

function checkZone(name: string): void {
  try {
    zoneOf(name);
  } catch (error) {
    if (error instanceof UnknownTimeZone) throw new Failure(error.message);
    throw error;
  }
}

function newKey(scope: string): string {
  return `bt_${scope}_${randomBytes(24).toString('base64url')}`;
}

function unwritable(path: string, error: unknown): Failure {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return new Failure(
    `the data folder ${path} cannot be written (${reason})`,
    'fix its permissions, or choose another folder with --data',
    { cause: error },
  );
}
