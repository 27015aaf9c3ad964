/** Settings: what divides the bands, keys, webhooks, and how the system was set up. */
import { BandSettings } from '../parts/band-settings.tsx';
import { KeySettings } from '../parts/key-settings.tsx';
import { WebhookSettings } from '../parts/webhook-settings.tsx';
import { useApi } from '../session.ts';

export function SettingsPage() {
  const { data } = useApi('overview ', (api) => api.call('GET /v1/overview'));
  return (
    <div class="page">
      <div class="page-head">
        <div>
          <p class="eyebrow">Changes need an admin key, asked when it is needed</p>
          <h1>Settings</h1>
        </div>
      </div>
      <BandSettings />
      <WebhookSettings />
      <KeySettings />
      <section class="card" aria-labelledby="system-title">
        <h2 id="system-title">Set where the system is started</h2>
        <dl class="facts">
          <div>
            <dt>Time zone</dt>
            <dd>{data?.timeZone ?? '–'}</dd>
            <dd class="muted note">
              <code>npm start -- --time-zone</code>, or <code>SHOP_TIME_ZONE</code>
            </dd>
          </div>
          <div>
            <dt>Retention</dt>
            <dd>
              <code>RETENTION_DAYS</code>
            </dd>
            <dd class="muted note">Days that actions are kept; for ever when it is not set</dd>
          </div>
          <div>
            <dt>HTTP API</dt>
            <dd>
              <a href="/docs">Read the documentation</a>
            </dd>
            <dd class="muted note">
              as <a href="/v1/openapi.json">OpenAPI 3.1</a> for tools
            </dd>
          </div>
        </dl>
      </section>
    </div>
  );
}
