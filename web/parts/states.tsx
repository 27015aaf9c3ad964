/** What a page shows while it has nothing to show: loading, a problem with its remedy, an empty shop. */
import { useState } from 'preact/hooks';
import type { ApiFailure } from '../../client/index.ts';

/** @param part of a page that has its heading already */
export function Loading({ what, part = false }: { what: string; part?: boolean }) {
  const text = `Loading ${what} …`;
  return (
    <div class="loading" role="status">
      <span class="loading-dial" aria-hidden="true" />
      {part ? text : <h1>{text}</h1>}
    </div>
  );
}

export function ProblemNotice({ problem, onAgain }: { problem: ApiFailure; onAgain(): void }) {
  return (
    <div class="notice" role="alert">
      <h1>{titleOf(problem)}</h1>
      <p>{problem.message}</p>
      <p class="muted">{remedyOf(problem)}</p>
      <button type="button" class="primary" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}

function titleOf(problem: ApiFailure): string {
  if (problem.status === 0) return 'No answer from Buy Timing';
  if (problem.status === 429 || problem.status === 503) return 'Buy Timing is busy';
  if (problem.status === 404) return 'Nothing is stored for this';
  return 'These numbers could not be loaded';
}

function remedyOf(problem: ApiFailure): string {
  if (problem.status === 0) return 'Check your connection. On your own machine, see that npm start is still running.';
  if (problem.status === 429 || problem.status === 503) return 'It usually takes requests again within seconds.';
  if (problem.status === 404) return 'Check the address, or pick another day.';
  if (problem.status < 500) return 'Check the address: a part of it may have been changed or cut short.';
  return 'The log of the system says more under the time of this request.';
}

/** What to do in a shop without scores: send actions, then score. */
export function NoDataYet({ problem }: { problem?: ApiFailure }) {
  const track = `curl -u WRITE_KEY: ${location.origin}/v1/track \\
  -H 'content-type: application/json' \\
  -d '{"userId":"u1","event":"Product Viewed","properties":{"category":"shoes"}}'`;
  return (
    <div class="notice notice-wide">
      <h1>No scores yet</h1>
      <p>Buy Timing scores the users of your shop from what they did. Give it actions, then run the scoring once.</p>
      <ol class="steps">
        <li>
          <h2>Import a log you have</h2>
          <p class="muted">CSV or NDJSON, gzip too. Say which column holds what; importing twice adds nothing.</p>
          <Command text="npm run import -- log.csv --map user=user_id,time=timestamp,type=event,category=category" />
          <p class="muted">Or send actions as they happen, with any Segment-compatible client:</p>
          <Command text={track} />
        </li>
        <li>
          <h2>Score every active user</h2>
          <p class="muted">
            This also runs by itself every night at 04:00 in the shop's time zone
            <NextRun problem={problem} />.
          </p>
          <Command text="npm run nightly" />
        </li>
      </ol>
    </div>
  );
}

/** When the server says so, the moment of the next run on the reader's own clock. */
export function NextRun({ problem }: { problem?: ApiFailure }) {
  const at = problem?.told.nextRun;
  if (typeof at !== 'string') return null;
  return (
    <>
      , next on <time dateTime={at}>{moment.format(new Date(at))}</time> of your clock
    </>
  );
}

const moment = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <div class="command">
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" class="quiet" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
