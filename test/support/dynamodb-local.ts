/** DynamoDB Local, AWS's own, from Maven Central, kept in node_modules/.cache: the second store of `STORE=dynamodb-local`. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';

const run = promisify(execFile);
const POM = fileURLToPath(new URL('./dynamodb-local/pom.xml', import.meta.url));
const JAVA = 17;
const START_MS = 60_000;

/** @returns the folder of its files, installed when they are not there; @throws Error that says what this machine lacks */
export async function installDynamoDbLocal(): Promise<string> {
  await needJava();
  const hash = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12);
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/dynamodb-local-${hash}`, import.meta.url));
  const done = join(folder, 'done');
  if (existsSync(done)) return folder;
  process.stderr.write('installing DynamoDB Local for tests (50 MB, once)\n');
  await rm(folder, { recursive: true, force: true });
  const output = `-DoutputDirectory=${folder}`;
  try {
    await run('mvn', ['-q', '-B', '--strict-checksums', '-f', POM, 'dependency:copy-dependencies', output]);
  } catch (error) {
    const { code, stdout, message } = error as { code?: unknown; stdout?: string; message: string };
    if (code === 'ENOENT') throw new Error('DynamoDB Local needs Maven to be installed, and there is no mvn here');
    const reason = stdout?.split('\n').find((line) => line.includes('ERROR')) ?? message;
    throw new Error(`DynamoDB Local cannot be installed: ${stripVTControlCharacters(reason)}`);
  }
  await writeFile(done, '');
  return folder;
}

async function needJava(): Promise<void> {
  const found = await run('java', ['-version']).catch(() => undefined);
  if (!found) throw new Error(`DynamoDB Local needs Java ${JAVA} or newer, and there is no java here`);
  const version = /version "(?<major>\d+)[^"]*"/.exec(found.stderr);
  if (Number(version?.groups?.major) >= JAVA) return;
  throw new Error(`DynamoDB Local needs Java ${JAVA} or newer; java here is ${version?.[0] ?? 'of no known version'}`);
}

/** Starts it in memory, on a free port of this machine; it ends with this process, however that ends. @returns its address */
export async function startDynamoDbLocal(): Promise<string> {
  const folder = await installDynamoDbLocal();
  const port = await freePort();
  const java = [
    'java',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Djava.library.path=${folder}`,
    '-cp',
    `${folder}/*`,
  ];
  const server = ['software.amazon.dynamodb.services.local.main.ServerRunner', '-inMemory', '-disableTelemetry'];
  // `read` returns when our end of the pipe is gone.
  const child = spawn('sh', ['-c', '"$@" & read -r _; kill $!', 'sh', ...java, ...server, '-port', String(port)], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.unref();
  for (const stream of [child.stdin, child.stderr] as unknown as Socket[]) stream.unref();
  const url = `http://127.0.0.1:${port}`;
  for (const start = performance.now(); performance.now() - start < START_MS; await sleep(100)) {
    if (await fetch(url).catch(() => undefined)) return url;
  }
  throw new Error(`DynamoDB Local does not answer after ${START_MS / 1_000} s: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
