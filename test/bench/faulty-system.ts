/**
 * The local system's ingest and reading on a data folder, with a store that throttles and cuts connections: a process of
 * its own, so that it can be killed. Arguments: the folder, the port, and the share of store calls that fail.
 */
import { createTables } from '../../adapters/dynamo/tables.ts';
import { openDataFolder, prepareDataFolder } from '../../local/data-folder.ts';
import { loadHandler } from '../../local/handlers.ts';
import { startHttp } from '../../local/http.ts';
import { takeLock } from '../../local/lock.ts';
import { applyEnvironment, environmentOf, openParts } from '../../local/system.ts';
import { type Fault, startFaults } from '../support/faults.ts';

const [data = '', port = '0', share = '0'] = process.argv.slice(2);
const FAULTS: Fault[] = ['throttle', 'limit', 'cut', 'cut-after'];

prepareDataFolder(data);
const lock = await takeLock(data, 'system');
if ('holder' in lock) throw new Error(`${data} is held by process ${lock.holder.pid}`);
const folder = openDataFolder(data, 'UTC');
const parts = await openParts(folder, lock, { model: false });
const environment = environmentOf(folder, parts);
applyEnvironment(environment);
await createTables();
const faults = await startFaults(parts.storePort);
process.env.AWS_ENDPOINT_URL_DYNAMODB = faults.url;
let failed = 0;
faults.decide = () => {
  if (Math.random() >= Number(share)) return 'pass';
  failed++;
  return FAULTS[Math.floor(Math.random() * FAULTS.length)]!;
};
setInterval(() => process.send?.({ calls: faults.requests, failed }), 500).unref();
const server = await startHttp({
  port: Number(port),
  handler: loadHandler,
  onError: (error) => process.stderr.write(`${error instanceof Error ? error.message : error}\n`),
});
process.send?.({ port: server.port });
