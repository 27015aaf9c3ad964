/** A file's bytes as UTF-8: unpacked and decoded by what it holds, not by its name. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Failure } from '../../local/failure.ts';

export interface Bytes {
  /** UTF-8 without a byte order mark. */
  chunks: AsyncIterable<Buffer>;
  /** Share of the file that was read, 0 to 1. */
  progress(): number;
  close(): void;
}

const SNIFFED = 4_096;

/**
 * Opens a file.
 * @param encoding label of the WHATWG Encoding Standard; absent: UTF-16 where the bytes show it, else UTF-8
 * @throws Failure when it cannot be read or is of a kind that cannot be imported
 */
export async function openBytes(path: string, encoding?: string): Promise<Bytes> {
  const size = await sizeOf(path);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const plain = unpacked(file, path);
  const first = await plain.next();
  if (first.done || first.value.length === 0) {
    file.destroy();
    throw new Failure(`the file ${path} is empty`);
  }
  refuseOtherFormats(first.value, path);
  return {
    chunks: decoded(withFirst(first.value, plain), encoding ?? sniffedEncoding(first.value)),
    progress: () => (size === 0 ? 1 : file.bytesRead / size),
    close: () => file.destroy(),
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new Failure(`${path} is a folder`, 'name a file');
    return found.size;
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** The file's bytes, gunzipped when they are gzip. The first chunk is at least long enough to tell what it is. */
async function* unpacked(file: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  const chunks = file[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    if (first.done) return;
    const rest = withFirst(first.value, chunks);
    yield* isGzip(first.value) ? gunzipped(rest) : rest;
  } catch (error) {
    throw unreadable(error, path);
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const { pipeline } = await import('node:stream');
  pipeline(chunks, gunzip, () => {
    // What went wrong reaches the reader as an error of `gunzip`.
  });
  yield* gunzip;
}

async function* withFirst(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function unreadable(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new Failure(`there is no file ${path}`);
  if (code === 'EACCES') return new Failure(`the file ${path} may not be read`);
  if (code === 'Z_BUF_ERROR') {
    return new Failure(
      `the gzip file ${path} ends in the middle`,
      'get the whole file and import it again; what is stored already is not stored twice',
    );
  }
  if (code?.startsWith('Z_')) return new Failure(`the gzip file ${path} is damaged`, 'get it again');
  return error;
}

function refuseOtherFormats(bytes: Buffer, path: string): void {
  const magic = bytes.subarray(0, 4).toString('latin1');
  if (magic.startsWith('PK\x03\x04')) throw new Failure(`${path} is a zip or Excel file`, 'save it as CSV or NDJSON');
  if (magic === 'PAR1') throw new Failure(`${path} is a Parquet file`, 'export it as CSV or NDJSON');
  if (magic === '\x28\xb5\x2f\xfd') throw new Failure(`${path} is a zstd file`, 'unpack it or use gzip');
}

/** UTF-16 by its byte order mark, or by the zero bytes that plain text has at every second place in it. */
function sniffedEncoding(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const end = Math.min(bytes.length, SNIFFED);
  for (let at = 0; at < end; at++) if (bytes[at] === 0) zeros[at % 2]!++;
  if (zeros[1]! > end / 8 && zeros[0]! < end / 50) return 'utf-16le';
  if (zeros[0]! > end / 8 && zeros[1]! < end / 50) return 'utf-16be';
  return 'utf-8';
}

async function* decoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  if (encoding === 'utf-8') {
    yield* withoutMark(chunks);
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest) yield Buffer.from(rest);
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    first = false;
    yield marked ? chunk.subarray(3) : chunk;
  }
}
