/**
 * Calls `work` for every item, at most `limit` at a time; results in the items' order. The first failure ends it, once
 * what is under way is done: nothing goes on behind the caller's back.
 */
export async function concurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!, index);
    }
  };
  const stopping = (error: unknown): never => {
    next = items.length;
    throw error;
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, () => worker().catch(stopping));
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return results;
}
