/** Every audience of the shop: the four bands, and rules of its own. */
import type { AudienceSummary } from '../../client/index.ts';
import { BANDS } from '../../core/scores.ts';
import { BAND_WORDS } from '../bands.ts';
import { count, percent, plural } from '../format.ts';
import { Loading, ProblemNotice } from '../parts/states.tsx';
import { hrefOf } from '../route.ts';
import { ruleText } from '../rules.ts';
import { useApi } from '../session.ts';

export function AudiencesPage() {
  const { data, problem, loading, again } = useApi('audiences', (api) => api.call('GET /v1/audiences'));
  if (problem && !loading) return <ProblemNotice problem={problem} onAgain={again} />;
  if (!data) return <Loading what="audiences" />;
  const own = data.audiences.filter(({ kind }) => kind === 'rule');
  const bands = data.audiences.filter(({ kind }) => kind === 'band');
  return (
    <div class="page" aria-busy={loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">Put together anew every night</p>
          <h1>Audiences</h1>
        </div>
        <a class="primary" href={hrefOf({ page: 'build' })}>
          New audience
        </a>
      </div>
      {own.length === 0 ? (
        <section class="card empty">
          <h2>No audience of your own yet</h2>
          <p class="muted">
            Combine probability, category, silence, stage, purchases and consent; the count is there while you do.
          </p>
        </section>
      ) : (
        <ul class="tiles">
          {own.map((audience) => (
            <li key={audience.name} class="card tile">
              <h2>
                <a href={hrefOf({ page: 'audience', name: audience.name })}>{audience.name}</a>
              </h2>
              <p class="figure">
                {audience.latest ? count(audience.latest.count) : '–'} <small>users</small>
              </p>
              <p class="muted">{audience.rule ? sentence(ruleText(audience.rule)) : ''}</p>
              <p class="muted small">{holdoutText(audience)}</p>
            </li>
          ))}
        </ul>
      )}
      <section aria-labelledby="bands-title" class="card">
        <h2 id="bands-title">The four bands</h2>
        <p class="muted">Every scored user is in exactly one of them.</p>
        <ul class="band-list">
          {bands.map(({ name, latest }) => {
            const band = BANDS.find((each) => each === name);
            return (
              <li key={name}>
                <a href={hrefOf({ page: 'audience', name })}>
                  <span class="swatch" data-band={name} aria-hidden="true" />
                  {band ? BAND_WORDS[band].title : name}
                </a>
                <span>{latest ? plural(latest.count, 'user') : 'not scored yet'}</span>
              </li>
            );
          })}
        </ul>
      </section>
    </div>
  );
}

export function holdoutText({ holdout, latest }: AudienceSummary): string {
  if (!latest) return 'Waits for the next nightly run.';
  if (holdout === 0) return 'No one is held out.';
  return `${percent(holdout)} held out: ${plural(latest.heldOut, 'user')}.`;
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
