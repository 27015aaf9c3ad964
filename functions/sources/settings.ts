/** The bodies of the ingest settings, checked field by field. */
import { ACTION_TYPES, isActionType } from '../../core/actions/action.ts';
import { eventKey } from '../../core/actions/event-names.ts';
import { isObject } from '../../core/ingest/event.ts';
import type { EventTypes } from '../../core/ingest/rules.ts';
import { NO_TRAFFIC_RULES, type TrafficRules } from '../../core/ingest/traffic.ts';
import { Problem } from '../http/api.ts';
import { isNetwork } from '../ingest/networks.ts';

const MAX_NAMES = 1_000;
/** Of all names with their types, as JSON: they are one item of the store, which takes 400 KB. */
export const MAX_NAMES_BYTES = 300_000;
const MAX_NETWORKS = 1_000;
const MAX_PER_MINUTE = 100_000;
const SOURCE = /^[\w.-]{1,64}$/;
const MAX_FAULTS = 20;

interface Fault {
  pointer: string;
  detail: string;
}

/** `{"Warenkorb gefüllt": "cart", "Newsletter": null}` @throws Problem 400 */
export function readEventTypes(body: unknown): EventTypes {
  if (!isObject(body)) throw refuse('event-types', [at('', 'must be an object of event names and action types')]);
  const entries = Object.entries(body);
  if (entries.length > MAX_NAMES) throw refuse('event-types', [at('', `must have at most ${MAX_NAMES} names`)]);
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > MAX_NAMES_BYTES)
    throw refuse('event-types', [at('', `must have at most ${MAX_NAMES_BYTES} bytes as JSON, and has ${bytes}`)]);
  const faults: Fault[] = [];
  const byKey = new Set<string>();
  for (const [name, type] of entries) {
    const key = eventKey(name);
    if (key === '') faults.push(at(name, 'the name must have 1 to 200 characters'));
    else if (byKey.has(key))
      faults.push(at(name, 'the name is there already, but for its case or the order of its words'));
    else if (type !== null && !(typeof type === 'string' && isActionType(type)))
      faults.push(at(name, `must be null or one of ${ACTION_TYPES.join(', ')}`));
    byKey.add(key);
  }
  if (faults.length > 0) throw refuse('event-types', faults);
  return body as EventTypes;
}

/** Fields that are absent are as they were at first. @throws Problem 400 */
export function readTraffic(body: unknown): TrafficRules {
  if (!isObject(body)) throw refuse('traffic', [at('', 'must be an object')]);
  const { bots, internal, eventsPerMinute, ...other } = { ...NO_TRAFFIC_RULES, ...body };
  const faults = Object.keys(other).map((name) => at(name, 'is none of bots, internal and eventsPerMinute'));
  if (typeof bots !== 'boolean') faults.push(at('bots', 'must be true or false'));
  if (!Array.isArray(internal) || internal.length > MAX_NETWORKS) {
    faults.push(at('internal', `must be a list of at most ${MAX_NETWORKS} addresses and networks`));
  } else {
    for (const [index, network] of internal.entries()) {
      if (typeof network !== 'string' || !isNetwork(network))
        faults.push(at(`internal/${index}`, 'must be an address or a network, as 10.0.0.0/8'));
    }
  }
  const isRate = Number.isInteger(eventsPerMinute) && eventsPerMinute! >= 1 && eventsPerMinute! <= MAX_PER_MINUTE;
  if (eventsPerMinute !== null && !isRate) {
    faults.push(at('eventsPerMinute', `must be null or a whole number from 1 to ${MAX_PER_MINUTE}`));
  }
  if (faults.length > 0) throw refuse('traffic', faults);
  return { bots, internal, eventsPerMinute };
}

/** `{"shopify": {"secret": "…"}}`, or `{"shopify": null}` to take no more. @throws Problem 400 */
export function readSource(source: string | undefined, body: unknown): { source: string; secret: string | undefined } {
  if (!source || !SOURCE.test(source)) {
    throw refuse('source', [
      at('', 'the source in the path has 1 to 64 letters, digits, dots, dashes and underscores'),
    ]);
  }
  const shopify = isObject(body) ? body.shopify : undefined;
  if (shopify === null) return { source, secret: undefined };
  const secret = isObject(shopify) ? shopify.secret : undefined;
  if (typeof secret !== 'string' || secret.length < 8 || secret.length > 256) {
    throw refuse('source', [at('shopify/secret', 'must be the secret of the webhooks, 8 to 256 characters')]);
  }
  return { source, secret };
}

function at(path: string, detail: string): Fault {
  return { pointer: path === '' ? '#' : `#/${path.replaceAll('~', '~0')}`, detail };
}

function refuse(what: string, faults: Fault[]): Problem {
  const errors = faults.slice(0, MAX_FAULTS);
  return new Problem(400, `bad-${what}`, errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '), {
    errors,
  });
}
