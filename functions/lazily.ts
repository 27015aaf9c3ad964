import { type Dependencies, wire } from './wiring.ts';

/**
 * A handler whose dependencies are wired at its first call, so that importing a function touches nothing outside.
 * A failed wiring is tried again by the next call.
 */
export function lazily<Event, Context, Reply>(
  createHandler: (deps: Dependencies) => (event: Event, context?: Context) => Promise<Reply>,
): (event: Event, context?: Context) => Promise<Reply> {
  let ready: Promise<(event: Event, context?: Context) => Promise<Reply>> | undefined;
  return async (event, context) => {
    ready ??= wire().then(createHandler);
    try {
      await ready;
    } catch (error) {
      ready = undefined;
      throw error;
    }
    return (await ready)(event, context);
  };
}
