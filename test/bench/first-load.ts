/**
 * The dashboard's first page of a shop of 100,000 users: the local system over HTTP, Chromium with an empty cache, from
 * the address until a band's count is there. The value is the middle of the loads, against the second aimed at.
 */
import { gzipSync } from 'node:zlib';
import type { Browser, Response } from 'playwright-core';
import { addDays } from '../../core/time.ts';
import { concurrently } from '../../functions/concurrently.ts';
import { createHandler as createFinish } from '../../functions/nightly/finish/handler.ts';
import { withStore } from '../../local/store-access.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { type Bench, quantile, resultOf, withSystem } from './bench.ts';
import { leaveShards, pseudonymOf } from './made-up-run.ts';

const DAY = '2026-03-10';
const USERS = 100_000;
const LOADS = 15;
const AIM_SECONDS = 1;
const WRITES_AT_ONCE = 16;

const bench: Bench = async ({ scale, progress }) => {
  const users = Math.ceil(USERS * scale);
  const found = await findChromium();
  if (!found) throw new Error('there is no Chromium here');
  return withSystem(['--empty'], async (system, data) => {
    await withStore(data, { mustExist: true, model: false }, async (deps) => {
      const numbers = Array.from({ length: users }, (_, user) => user);
      await concurrently(numbers, WRITES_AT_ONCE, (user) => {
        if (user % 1_000 === 0) progress(`${user} of ${users} users`);
        const pseudonym = pseudonymOf(user);
        const encryptedId = () => deps.pseudonyms.encrypt(`user ${user}`);
        const [first, last] = [addDays(DAY, -60), addDays(DAY, -1 - (user % 60))];
        return deps.users.touch({ user: pseudonym, encryptedId, first, last, today: last });
      });
      progress('score files');
      await leaveShards(deps, users, DAY);
      await createFinish(deps)({ day: DAY });
    });
    const browser = await launchChromium(found);
    try {
      const loads = [];
      for (let n = 0; n < LOADS; n++) {
        progress(`load ${n + 1}`);
        loads.push(await load(browser, system.url, system.keys.read));
      }
      const seconds = loads.map((one) => one.seconds);
      return resultOf(quantile(seconds, 0.5), AIM_SECONDS, 's, the middle of the loads (aim)', seconds, {
        users,
        slowest: Number(Math.max(...seconds).toFixed(3)),
        requests: loads[0]!.requests,
        gzipKilobytes: Math.round(loads[0]!.gzipped / 1_000),
      });
    } finally {
      await browser.close();
    }
  });
};

/** In a context of its own: nothing is cached. */
async function load(browser: Browser, url: string, key: string) {
  const context = await browser.newContext();
  try {
    await context.addInitScript((own) => localStorage.setItem('buy-timing.read-key', own), key);
    const page = await context.newPage();
    const replies: Response[] = [];
    page.on('response', (reply) => replies.push(reply));
    const started = performance.now();
    await page.goto(url);
    await page.getByTestId('band-unlikely').waitFor();
    const seconds = (performance.now() - started) / 1_000;
    await page.waitForLoadState('networkidle');
    const bodies = await Promise.all(replies.map((reply) => reply.body()));
    const gzipped = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    return { seconds, requests: bodies.length, gzipped };
  } finally {
    await context.close();
  }
}

export default bench;
