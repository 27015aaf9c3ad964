/**
 * Draws the README's pictures of the dashboard from a fresh demo shop into docs/images:
 * `node_modules/.bin/node test/e2e/screenshots.ts [URL of a running system whose keys are those of system.ts]`.
 */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { AudienceReply } from '../../functions/audiences/contract.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { KEYS, startSystem } from './system.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));
const LAPTOP = { width: 1280, height: 960 };
const PHONE = { width: 390, height: 844 };
const LARGEST = 300 * 1024;
const USERS = 2_000;

const chromium = await findChromium();
if (!chromium) process.exit(1);
await mkdir(FOLDER, { recursive: true });
const system = process.argv[2] ? undefined : await startSystem({ users: USERS });
const url = process.argv[2] ?? system!.url;
const browser = await launchChromium(chromium);
try {
  const hash = await userPage();
  await draw(browser, 'today', '', LAPTOP);
  await draw(browser, 'users', '#/users?band=soon', LAPTOP);
  await draw(browser, 'user', hash, LAPTOP);
  await draw(browser, 'phone', hash, PHONE);
} finally {
  await browser.close();
  await system?.stop();
}

async function draw(from: Browser, name: string, hash: string, viewport: typeof LAPTOP): Promise<void> {
  const context = await from.newContext({
    viewport,
    colorScheme: 'light',
    deviceScaleFactor: viewport === PHONE ? 2 : 1,
  });
  await context.addInitScript((key) => localStorage.setItem('buy-timing.read-key', key), KEYS.read);
  const page = await context.newPage();
  await page.goto(`${url}/${hash}`);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, fullPage: name === 'today' });
  await context.close();
  const { size } = await stat(path);
  if (size > LARGEST) throw new Error(`${path} has ${size} bytes; at most ${LARGEST} fit the README`);
}

/** A user who is about to buy: the first of `soon`, or of `now` in a shop without. */
async function userPage(): Promise<string> {
  for (const band of ['soon', 'now', 'later', 'unlikely']) {
    const reply = await fetch(`${url}/v1/audiences/${band}?limit=1`, {
      headers: { authorization: `Bearer ${KEYS.read}` },
    });
    const { users } = (await reply.json()) as AudienceReply;
    if (users[0]) return `#/users/~${users[0].user}`;
  }
  throw new Error('the shop has no scored user');
}
