/** The functions' handlers, each loaded once when it is first asked for. */
import type { FunctionName } from '../functions/routes.ts';
import type { LambdaHandler } from './gateway.ts';

const loaded = new Map<FunctionName, Promise<LambdaHandler>>();

export function loadHandler(name: FunctionName): Promise<LambdaHandler> {
  let handler = loaded.get(name);
  if (!handler) {
    handler = import(`../functions/${name}/index.ts`).then((module) => module.handler);
    loaded.set(name, handler);
  }
  return handler;
}
