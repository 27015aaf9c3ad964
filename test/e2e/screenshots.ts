/**
 * Draws pictures of the dashboard into docs/images, from a fresh demo shop or a running system whose keys are those of
 * system.ts: `node_modules/.bin/node test/e2e/screenshots.ts [tour NAME] [URL]`. With `tour` they are those of
 * docs/tour.md, in docs/images/tour under NAME; without, those of the README.
 */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { Audience } from '../../client/index.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { KEYS, startSystem } from './system.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));
const LAPTOP = { width: 1280, height: 960 };
const PHONE = { width: 390, height: 844 };
const USERS = 2_000;

interface Picture {
  name: string;
  /** `user`: the page of a user who is about to buy. */
  hash: string;
  viewport: typeof LAPTOP;
  whole?: boolean;
  /** Id of a card's title: the picture is of that card alone. */
  card?: string;
}

const RULE = { all: [{ probability: { days: 7, min: 0.1 } }, { not: { bought: { days: 14 } } }] };

const README: Picture[] = [
  { name: 'today', hash: '', viewport: LAPTOP, whole: true },
  { name: 'users', hash: '#/users?band=soon', viewport: LAPTOP },
  { name: 'user', hash: 'user', viewport: LAPTOP },
  { name: 'demand', hash: '#/demand', viewport: LAPTOP },
  { name: 'phone', hash: 'user', viewport: PHONE },
];

const TOUR: Picture[] = [
  { name: 'today', hash: '', viewport: LAPTOP },
  { name: 'users', hash: '#/users?band=soon', viewport: LAPTOP },
  { name: 'build', hash: `#/audiences/+?rule=${encodeURIComponent(JSON.stringify(RULE))}`, viewport: LAPTOP },
  { name: 'audience', hash: '#/audiences/soon', viewport: LAPTOP },
  { name: 'user', hash: 'user', viewport: LAPTOP },
  { name: 'reasons', hash: 'user', viewport: LAPTOP, card: 'reasons-title' },
  { name: 'profile', hash: 'user', viewport: LAPTOP, card: 'profile-title' },
  { name: 'demand', hash: '#/demand', viewport: LAPTOP },
  { name: 'quality', hash: '#/quality', viewport: LAPTOP },
  { name: 'sources', hash: '#/sources', viewport: LAPTOP },
];

const args = process.argv.slice(2);
const tour = args[0] === 'tour' ? args[1] : undefined;
const given = args[tour ? 2 : 0];
const folder = tour ? join(IMAGES, 'tour') : IMAGES;
const largest = (tour ? 150 : 300) * 1024;

const chromium = await findChromium();
if (!chromium) process.exit(1);
await mkdir(folder, { recursive: true });
const system = given ? undefined : await startSystem({ users: USERS });
const url = given ?? system!.url;
const browser = await launchChromium(chromium);
try {
  const user = await userPage();
  for (const picture of tour ? TOUR : README) {
    await draw(browser, { ...picture, hash: picture.hash === 'user' ? user : picture.hash });
  }
} finally {
  await browser.close();
  await system?.stop();
}

async function draw(from: Browser, { name, hash, viewport, whole = false, card }: Picture): Promise<void> {
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
  const path = join(folder, `${tour ? `${tour}-` : ''}${name}.png`);
  if (card) await page.locator(`[aria-labelledby=${card}]`).screenshot({ path });
  else await page.screenshot({ path, fullPage: whole });
  await context.close();
  const { size } = await stat(path);
  if (size > largest) throw new Error(`${path} has ${size} bytes; at most ${largest} fit the page it is on`);
}

/** A user who is about to buy: the first of `soon`, or of `now` in a shop without. */
async function userPage(): Promise<string> {
  for (const band of ['soon', 'now', 'later', 'unlikely']) {
    const reply = await fetch(`${url}/v1/audiences/${band}?limit=1`, {
      headers: { authorization: `Bearer ${KEYS.read}` },
    });
    const { users } = (await reply.json()) as Audience;
    if (users[0]) return `#/users/~${users[0].user}`;
  }
  throw new Error('the shop has no scored user');
}
