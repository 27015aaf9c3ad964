import type { ShardReply } from '../../../functions/nightly/messages.ts';
import { type NightlyHandlers, NightlyStopped, runNightly } from '../../../local/nightly-runner.ts';

const shardReply = (shard: number): ShardReply => ({
  day: '2026-11-23',
  shard,
  activeUsers: 1,
  scored: 1,
  alreadyScored: 0,
  modelCalls: 1,
  modelRequests: 1,
});

function handlersOf(shards: number[], score: NightlyHandlers['score-shard']): NightlyHandlers & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    async plan({ day = '2026-11-23' }) {
      calls.push('plan');
      return { day, shards, missing: shards, modelVersion: 'm' };
    },
    async 'look-back'({ day }) {
      calls.push('look-back');
      return { day, correction: 0, forecasts: 0 };
    },
    async 'score-shard'(input) {
      calls.push(`shard ${input.shard}`);
      return score(input);
    },
    async finish({ day }) {
      calls.push('finish');
      return {
        day,
        activeUsers: 0,
        modelCalls: 0,
        modelRequests: 0,
        scored: 0,
        failed: 0,
        failedShards: [],
        seconds: 0,
        modelVersion: 'm',
      };
    },
  };
}

describe('a nightly run in one process', () => {
  test('plans first, scores every shard once, finishes last', async () => {
    const handlers = handlersOf([3, 1, 2], async ({ shard }) => shardReply(shard));
    const run = await runNightly(handlers, { concurrency: 2 });
    expect(handlers.calls.slice(0, 2)).toEqual(['plan', 'look-back']);
    expect(handlers.calls.at(-1)).toBe('finish');
    expect(handlers.calls.slice(2, -1).sort()).toEqual(['shard 1', 'shard 2', 'shard 3']);
    expect(run.shards).toHaveLength(3);
  });

  test('never scores more shards at once than allowed', async () => {
    let now = 0;
    let most = 0;
    const handlers = handlersOf([...Array(20).keys()], async ({ shard }) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
      return shardReply(shard);
    });
    await runNightly(handlers, { concurrency: 3 });
    expect(most).toBe(3);
  });

  test('tries a failing shard again, reports it, and goes on with the others', async () => {
    const handlers = handlersOf([1, 2, 3], async ({ shard }) => {
      if (shard === 2) throw new Error('no answer');
      return shardReply(shard);
    });
    const run = await runNightly(handlers, { retryMs: 1 });
    expect(run.failedShards).toEqual([{ shard: 2, reason: 'no answer' }]);
    expect(run.shards.map((reply) => reply.shard).sort()).toEqual([1, 3]);
    expect(handlers.calls.filter((call) => call === 'shard 2')).toHaveLength(3);
    expect(handlers.calls.at(-1)).toBe('finish');
  });

  test('a shard that succeeds at a later attempt did not fail', async () => {
    let attempts = 0;
    const handlers = handlersOf([1], async ({ shard }) => {
      if (++attempts < 3) throw new Error('throttled');
      return shardReply(shard);
    });
    const run = await runNightly(handlers, { retryMs: 1 });
    expect([attempts, run.failedShards]).toEqual([3, []]);
  });

  test('ends with the error of a plan that always fails', async () => {
    const handlers = handlersOf([], async ({ shard }) => shardReply(shard));
    handlers.plan = () => Promise.reject(new Error('no bundle'));
    await expect(runNightly(handlers, { retryMs: 1 })).rejects.toThrow('no bundle');
  });

  test('when stopped begins no further shard and does not finish', async () => {
    let stopped = false;
    const handlers = handlersOf([1, 2, 3, 4], async ({ shard }) => {
      stopped = true;
      return shardReply(shard);
    });
    await expect(runNightly(handlers, { concurrency: 1, stopped: () => stopped })).rejects.toThrow(NightlyStopped);
    expect(handlers.calls).toEqual(['plan', 'look-back', 'shard 1']);
  });
});
