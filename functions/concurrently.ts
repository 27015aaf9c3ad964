/**
 * Calls `work` for every item, at most `limit` at a time; results in the items' order. An item is made when its turn
 * comes. The first failure ends it, once what is under way is done: nothing goes on behind the caller's back.
 */
export async function concurrently<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items[Symbol.iterator]();
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let item = left.next(); !item.done && !failed; item = left.next()) {
      const index = next++;
      results[index] = await work(item.value, index);
    }
  };
  const stopping = (error: unknown): never => {
    failed = true;
    throw error;
  };
  const workers = Array.from({ length: limit }, () => worker().catch(stopping));
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return results;
}
