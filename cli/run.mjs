/**
 * Starts a command on whatever Node is there (18 or newer, no packages): installs the project's packages when they are
 * missing or outdated, then runs cli/main.ts on the Node that came with them.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed');
const node = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Flags of Node for commands that promise to stay small: without them garbage lies until it is large. Per thread. */
const NODE_FLAGS = { import: ['--max-old-space-size=200', '--max-semi-space-size=16'] };

try {
  await install();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
process.exit(await run());

/** Runs `npm ci` unless what is installed is what the lock file says. Several commands may come here at once. */
async function install() {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const wanted = createHash('sha256').update(lockText).digest('hex');
  if (isInstalled(wanted, lockText)) return;
  const release = await takeInstallLock();
  try {
    if (isInstalled(wanted, lockText)) return;
    await npmCi();
    if (!existsSync(node)) {
      throw new Error('the packages are installed, but not their Node; run npm ci with install scripts allowed');
    }
    writeFileSync(stamp, wanted);
  } finally {
    release();
  }
}

function isInstalled(wanted, lockText) {
  if (!existsSync(node)) return false;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  // Not installed by us, or the lock file changed in what this machine does not need: npm's own note counts as well.
  const found = matchesNpmsNote(lockText);
  if (found) writeFileSync(stamp, wanted);
  return found;
}

function matchesNpmsNote(lockText) {
  let installed;
  try {
    installed = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  return Object.entries(JSON.parse(lockText).packages).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || installed[path]?.version === version,
  );
}

async function npmCi() {
  const start = Date.now();
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] };
  const child = npm?.endsWith('.js')
    ? spawn(process.execPath, [npm, ...args], options)
    : spawn('npm', args, { ...options, shell: process.platform === 'win32' });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const terminal = process.stderr.isTTY;
  const show = () => {
    const line = `installing packages (npm ci), ${Math.round((Date.now() - start) / 1000)} s`;
    process.stderr.write(terminal ? `\r${line}` : `${line}\n`);
  };
  show();
  const timer = setInterval(show, terminal ? 1_000 : 15_000);
  const stop = (signal) => child.kill(signal);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const [code, signal] = await new Promise((resolve) => {
    child.once('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      resolve([1, null]);
    });
    child.once('close', (...ended) => resolve(ended));
  });
  clearInterval(timer);
  process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  if (terminal) process.stderr.write('\r\u001b[2K');
  if (signal) process.exit(128 + constants.signals[signal]);
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  throw new Error('npm ci failed; its output is above. Check the network and the free disk space, then try again');
}

/** A folder in the temporary one, since npm ci empties node_modules. @returns what releases it */
async function takeInstallLock() {
  const lock = join(tmpdir(), `buy-timing-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  const owner = join(lock, 'pid');
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(owner, String(process.pid));
      const release = () => rmSync(lock, { recursive: true, force: true });
      process.once('exit', release);
      return release;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true });
    else await sleep(300);
  }
}

function isAbandoned(lock, owner) {
  try {
    const pid = Number(readFileSync(owner, 'utf8'));
    if (pid > 0) {
      process.kill(pid, 0);
      return false;
    }
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    if (error.code !== 'ENOENT') return false;
  }
  try {
    // Made, but its owner not yet written down, for longer than that takes.
    return Date.now() - statSync(lock).mtimeMs > 5_000;
  } catch {
    return false;
  }
}

/** Runs the command; resolves to its exit code. */
async function run() {
  // The channel is how the command notices that this process is gone, even by SIGKILL.
  const flags = NODE_FLAGS[process.argv[2]] ?? [];
  const child = spawn(node, [...flags, join(root, 'cli', 'main.ts'), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Some shells do not pass on the signal that npm sends them: then this process finds itself without its parent.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, 500).unref();
  }
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(
        `the project's Node cannot be started (${error.message}); remove node_modules and try again\n`,
      );
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code));
  });
}
