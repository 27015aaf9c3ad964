/** Builds an audience: conditions on the left, who meets them at once on the right. */
import { useEffect, useState } from 'preact/hooks';
import type { Rule } from '../../core/audiences/rule.ts';
import { count, fullDay, percent, plural } from '../format.ts';
import { PercentField } from '../parts/fields.tsx';
import { Hint } from '../parts/hint.tsx';
import { RuleEditor } from '../parts/rule-editor.tsx';
import { go, hrefOf, show } from '../route.ts';
import { type Draft, draftOf, FIRST_DRAFT, readRule, ruleOf, ruleText } from '../rules.ts';
import { failureText } from '../save.ts';
import { useApi, useSession } from '../session.ts';
import { sentence } from './audiences.tsx';

/** How long typing must rest before a rule is counted, milliseconds. */
const REST_MS = 250;
const NAME = /^[a-z0-9-]{1,64}$/;

export function BuildPage({ rule: given }: { rule?: string | undefined }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(readRule(given) ?? { all: [] }) ?? FIRST_DRAFT);
  const lines = draft.lines.length > 0 ? draft : FIRST_DRAFT;
  const rule = ruleOf(lines);
  const text = JSON.stringify(rule);
  const [counted, setCounted] = useState(text);
  const known = useApi('audiences', (api) => api.call('GET /v1/audiences'));

  useEffect(() => {
    show({ page: 'build', rule: text });
    const timer = setTimeout(() => setCounted(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <div class="page">
      <div class="page-head">
        <div>
          <p class="eyebrow">
            <a href={hrefOf({ page: 'audiences' })}>Audiences</a>
          </p>
          <h1>New audience</h1>
        </div>
      </div>
      <div class="split build">
        <section class="card" aria-labelledby="rule-title">
          <h2 id="rule-title">Who is in it</h2>
          <RuleEditor draft={lines} categories={known.data?.categories ?? []} onDraft={setDraft} />
        </section>
        <div class="stack">
          <RuleCountCard rule={counted} waiting={counted !== text} />
          <SaveForm rule={rule} />
        </div>
      </div>
    </div>
  );
}

function RuleCountCard({ rule, waiting }: { rule: string; waiting: boolean }) {
  const { data, problem, loading } = useApi(`count ${rule}`, (api) =>
    api.call('POST /v1/audiences/count', { body: { rule: JSON.parse(rule) } }),
  );
  const failed = problem && !loading && !waiting;
  return (
    <section class="card" aria-labelledby="count-title" aria-busy={loading || waiting}>
      <h2 id="count-title">How many that are</h2>
      <div role="status">
        {failed ? (
          <p class="field-error">{failureText(problem)}</p>
        ) : data ? (
          <>
            <p class="figure" data-testid="rule-count">
              {data.sampled ? 'about ' : ''}
              {count(data.count)} <small>users</small>
            </p>
            <p class="muted">
              {data.users > 0 ? percent(data.count / data.users) : '0 %'} of {plural(data.users, 'user')} scored on{' '}
              {fullDay(data.day)}
            </p>
            {data.sampled && (
              <p class="muted small">
                <Hint text="Above 100,000 users the count while you edit comes from a sample; saving counts everyone.">
                  From a sample of {count(data.sample)}
                </Hint>
                : between {count(data.low)} and {count(data.high)} in 95 of 100 cases.
              </p>
            )}
            <span class="meter-track tall" aria-hidden="true">
              <span style={{ width: `${data.users > 0 ? (data.count / data.users) * 100 : 0}%` }} />
            </span>
          </>
        ) : (
          <p class="muted">Counting …</p>
        )}
      </div>
      <p class="muted rule-words">{sentence(ruleText(JSON.parse(rule)))}</p>
    </section>
  );
}

function SaveForm({ rule }: { rule: Rule }) {
  const { asAdmin } = useSession();
  const [name, setName] = useState('');
  const [holdout, setHoldout] = useState<number | undefined>(undefined);
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    if (!NAME.test(name)) return setFailure('The name is 1 to 64 of the letters a-z, digits and -.');
    setBusy(true);
    setFailure(undefined);
    try {
      await asAdmin((client) => client.call('POST /v1/audiences', { body: { name, rule, holdout: holdout ?? 0 } }));
      go({ page: 'audience', name });
    } catch (error) {
      setFailure(failureText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="card form" aria-labelledby="save-title" onSubmit={save} aria-busy={busy}>
      <h2 id="save-title">Save it</h2>
      <label class="field">
        <span>Name</span>
        <input
          type="text"
          value={name}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
          placeholder="shoes-this-week"
          onInput={(event) => setName(event.currentTarget.value.toLowerCase().replaceAll(/[\s_]+/g, '-'))}
        />
      </label>
      <div class="holdout">
        <PercentField label="Hold out" value={holdout} onValue={setHoldout} />
        <p class="muted small">
          A part that is never downloaded, so that what your writing brings about can be measured. At most 50 %.
        </p>
      </div>
      {failure && (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
      <button type="submit" class="primary" disabled={busy}>
        Save audience
      </button>
    </form>
  );
}
