/** A Chromium for browser tests: this machine's own, else one from the npm registry, kept in node_modules/.cache. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const run = promisify(execFile);

/** Ships the browser's binary inside the package, with the libraries that a bare Linux lacks. 64 MB, x64 only. */
const PACKAGE = '@sparticuz/chromium';
const VERSION = '153.0.0';

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface ChromiumFound {
  path: string;
  /** Added to the environment of the browser's process. */
  env: Record<string, string>;
}

/** @returns the browser to use, or undefined after printing why there is none */
export async function findChromium(): Promise<ChromiumFound | undefined> {
  const own = [process.env.CHROMIUM_PATH, ...INSTALLED].find((path) => path && existsSync(path));
  if (own) return { path: own, env: {} };
  try {
    return await fromRegistry();
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    process.stderr.write(
      `browser tests are skipped: no Chromium here (${reason}); name one in CHROMIUM_PATH or install chromium\n`,
    );
    return undefined;
  }
}

/** Starts the browser with a fresh profile, which goes when it is closed. */
export function launchChromium({ path, env }: ChromiumFound): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    args: FLAGS,
    env: { ...process.env, ...env } as Record<string, string>,
  });
}

async function fromRegistry(): Promise<ChromiumFound> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`${PACKAGE} has none for ${process.platform} ${process.arch}`);
  }
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/chromium-${VERSION}`, import.meta.url));
  const unpacked = join(folder, 'unpacked');
  const done = join(folder, 'done');
  const path = join(unpacked, 'chromium');
  if (!existsSync(done)) {
    process.stderr.write(`installing ${PACKAGE} ${VERSION} for the browser tests (64 MB, once)\n`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(unpacked, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--ignore-scripts', '--save-exact', `${PACKAGE}@${VERSION}`], { cwd: folder });
    await unpack(folder, unpacked);
    await writeFile(done, '');
  }
  const found = { path, env: { LD_LIBRARY_PATH: join(unpacked, 'al2023', 'lib') } };
  await run(path, ['--version'], { env: { ...process.env, ...found.env } });
  return found;
}

/** The package unpacks into the temporary folder, and its libraries too where it believes to be in Lambda. */
async function unpack(folder: string, to: string): Promise<void> {
  const entry = pathToFileURL(join(folder, 'node_modules', PACKAGE, 'build', 'index.js')).href;
  const program = `import(${JSON.stringify(entry)}).then((package_) => package_.default.executablePath())`;
  await run(process.execPath, ['--eval', program], {
    env: { ...process.env, TMPDIR: to, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
  });
}
