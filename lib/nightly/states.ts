/** What states of Amazon States Language have in common here. */
export interface Definition {
  Comment: string;
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
}

export type State = { Type: string; Next?: string; End?: true } & Record<string, unknown>;

/** The ARN of what a task calls. */
export type Service = (name: string) => string;

/** Waits 5, 10, 20 … s at most, each cut short at random, so that what failed together does not return together. */
export const retry = (attempts: number) => [
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 5,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
    MaxAttempts: attempts - 1,
  },
];

export const caught = (next: string) => [{ ErrorEquals: ['States.ALL'], ResultPath: '$.problem', Next: next }];

/** Not with the error of what was caught: a time-out has no cause, and a name that begins with `States.` is reserved. */
export const failure = (name: string, caughtAt: string): State => ({
  Type: 'Fail',
  Error: name,
  CausePath: `States.JsonToString(${caughtAt})`,
});
