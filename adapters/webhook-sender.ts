/**
 * Sends messages to addresses that shops name. Nothing inside the network is reached by them: every address that a name
 * resolves to is looked at when the connection is made, so that a name which resolves to another one later leads nowhere.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Sender } from '../core/events/ports.ts';

const TIMEOUT_MS = 10_000;

/** What is no place of the public Internet: https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-. */
const PRIVATE_4 = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
]);
const PRIVATE_6 = blockList([
  // Of IPv6 only 2000::/3 is given out; the rest of it is taken as private, mapped and translated IPv4 among it.
  ...['::/3', '4000::/2', '8000::/1'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
]);

/** Whether an address is not one of the public Internet. */
export function isPrivate(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  // Apart: a list that holds ::/3 takes every IPv4 address for one mapped into it.
  return family === 6 ? PRIVATE_6.check(address, 'ipv6') : PRIVATE_4.check(address, 'ipv4');
}

class PrivateAddress extends Error {
  readonly code = 'PRIVATE_ADDRESS';
}

/** @param allowLocal 127.0.0.1 and plain http to it are allowed: on a local system and in tests only */
export function createSender(options: { allowLocal: boolean; timeoutMs?: number }): Sender {
  const { allowLocal, timeoutMs = TIMEOUT_MS } = options;
  const isAllowed = (address: string) => !isPrivate(address) || (allowLocal && address === '127.0.0.1');

  const guarded: LookupFunction = (host, how, done) => {
    lookup(host, { ...how, all: true }, (error, found) => {
      if (error) return done(error, '', 0);
      const addresses = found as LookupAddress[];
      // One private address among public ones is as bad: which is taken is not ours to say.
      if (!addresses.every(({ address }) => isAllowed(address))) return done(new PrivateAddress(), '', 0);
      if (how.all) return done(null, addresses);
      const [first] = addresses;
      return done(null, first?.address ?? '', first?.family ?? 0);
    });
  };

  return {
    async post(address, headers, body) {
      const url = new URL(address);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // A literal address is not looked up.
      if (isIP(host) && !isAllowed(host)) return { taken: false, outcome: 'private-address' };
      if (url.protocol !== 'https:' && !(allowLocal && host === '127.0.0.1'))
        return { taken: false, outcome: 'not-https' };
      const request = url.protocol === 'https:' ? requestHttps : requestHttp;
      return new Promise((resolve) => {
        const sent = request(
          url,
          {
            method: 'POST',
            headers: { ...headers, 'content-length': Buffer.byteLength(body) },
            lookup: guarded,
            agent: false,
            // From the first byte of the name's look-up to the last of the answer's head.
            signal: AbortSignal.timeout(timeoutMs),
          },
          (response) => {
            const status = response.statusCode ?? 0;
            // What it says is nobody's business; a redirect is not followed.
            response.on('error', () => {});
            response.destroy();
            if (status >= 300 && status < 400) resolve({ taken: false, outcome: 'redirect' });
            else resolve({ taken: status >= 200 && status < 300, outcome: String(status) });
          },
        );
        sent.on('error', (error) => resolve({ taken: false, outcome: outcomeOf(error) }));
        sent.end(body);
      });
    },
  };
}

function outcomeOf(error: Error & { code?: unknown }): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'timeout';
  if (error.code === 'PRIVATE_ADDRESS') return 'private-address';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'unknown-host';
  return /CERT|TLS|SSL|SIGNED/.test(String(error.code)) ? 'bad-certificate' : 'no-connection';
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address, prefix] = range.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
