/** Webhooks: where window events go, and what came of each delivery. */
import { useState } from 'preact/hooks';
import type { Input, Reply } from '../../client/index.ts';
import type { EventType } from '../../core/events/window-event.ts';
import { failureText } from '../save.ts';
import { useSession } from '../session.ts';
import { Choice } from './fields.tsx';
import { Once } from './once.tsx';

type CreatedWebhook = Reply<'POST /v1/webhooks'>;
type WebhookRequest = Input<'POST /v1/webhooks'>['body'];
type Webhook = Reply<'GET /v1/webhooks'>['webhooks'][number];

const EVENTS: { value: EventType; name: string }[] = [
  { value: 'buying_window.opened', name: 'buying window opened' },
  { value: 'buying_window.closed', name: 'buying window closed' },
  { value: 'best_window.opened', name: 'best window opened' },
];

export function WebhookSettings() {
  const { asAdmin } = useSession();
  const [webhooks, setWebhooks] = useState<Webhook[]>();
  const [created, setCreated] = useState<CreatedWebhook>();
  const [failure, setFailure] = useState<string>();
  const attempt = async (act: () => Promise<unknown>) => {
    setFailure(undefined);
    try {
      await act();
      setWebhooks((await asAdmin((client) => client.call('GET /v1/webhooks'))).webhooks);
    } catch (error) {
      setFailure(failureText(error));
    }
  };
  const create = (body: WebhookRequest) =>
    attempt(async () => setCreated(await asAdmin((client) => client.call('POST /v1/webhooks', { body }))));
  return (
    <section class="card" aria-labelledby="webhooks-title">
      <h2 id="webhooks-title">Webhooks</h2>
      <p class="muted">Told when a user's buying window opens or closes, signed, and tried for 24 hours.</p>
      {webhooks === undefined ? (
        <p>
          <button type="button" class="button" onClick={() => attempt(async () => {})}>
            Show the webhooks
          </button>
        </p>
      ) : (
        <>
          {webhooks.length === 0 && <p>There is none yet.</p>}
          <ul class="setting-list">
            {webhooks.map((webhook) => (
              <WebhookItem key={webhook.id} webhook={webhook} attempt={attempt} />
            ))}
          </ul>
          <WebhookForm onCreate={create} />
        </>
      )}
      {created?.secret && <Once name="Secret to check signatures with" value={created.secret} />}
      {failure && (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
    </section>
  );
}

interface WebhookItemProps {
  webhook: Webhook;
  attempt(act: () => Promise<unknown>): Promise<void>;
}

function WebhookItem({ webhook: { id, url, kind, events }, attempt }: WebhookItemProps) {
  const { asAdmin } = useSession();
  const [told, setTold] = useState<string>();
  const look = () =>
    attempt(async () => {
      const { deliveries } = await asAdmin((client) =>
        client.call('GET /v1/webhooks/{id}/deliveries', { path: { id }, query: { limit: 100 } }),
      );
      const of = (state: string) => deliveries.filter((each) => each.state === state).length;
      const last = deliveries.find(({ outcome }) => outcome !== null)?.outcome;
      setTold(
        deliveries.length === 0
          ? 'Nothing was to be delivered yet.'
          : `${of('delivered')} delivered, ${of('waiting')} waiting, ${of('dead')} given up${last ? `; last answer: ${last}` : ''}.`,
      );
    });
  const replay = () =>
    attempt(async () => {
      const { replayed } = await asAdmin((client) =>
        client.call('POST /v1/webhooks/{id}/replay', { path: { id }, body: {} }),
      );
      setTold(replayed === 1 ? '1 delivery is tried again.' : `${replayed} deliveries are tried again.`);
    });
  const remove = () => attempt(() => asAdmin((client) => client.call('DELETE /v1/webhooks/{id}', { path: { id } })));
  return (
    <li>
      <div>
        <p>
          <strong>{url}</strong> <span class="muted">{kind === 'segment' ? 'Segment track calls' : 'signed'}</span>
        </p>
        <p class="muted small">{events.map((event) => EVENTS.find(({ value }) => value === event)?.name).join(', ')}</p>
        {told && (
          <p class="small" role="status">
            {told}
          </p>
        )}
      </div>
      <p class="buttons">
        <button type="button" class="quiet" onClick={look}>
          Deliveries<span class="unseen"> to {url}</span>
        </button>
        <button type="button" class="quiet" onClick={replay}>
          Replay<span class="unseen"> to {url}</span>
        </button>
        <button type="button" class="quiet" onClick={remove}>
          Remove<span class="unseen"> {url}</span>
        </button>
      </p>
    </li>
  );
}

function WebhookForm({ onCreate }: { onCreate(body: WebhookRequest): Promise<void> }) {
  const [url, setUrl] = useState('');
  const [segment, setSegment] = useState(false);
  const [writeKey, setWriteKey] = useState('');
  const [events, setEvents] = useState<EventType[]>(['buying_window.opened']);
  const submit = (event: Event) => {
    event.preventDefault();
    return onCreate({
      url: url.trim(),
      kind: segment ? 'segment' : 'webhook',
      events,
      ...(segment && writeKey && { writeKey }),
    });
  };
  return (
    <form class="form sunken" onSubmit={submit} aria-label="New webhook">
      <label class="field">
        <span>Address</span>
        <input
          type="url"
          required
          placeholder="https://shop.example/hooks/buy-timing"
          value={url}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <Choice label="Events" options={EVENTS} chosen={events} onChosen={setEvents} />
      <label class="check">
        <input type="checkbox" checked={segment} onChange={(event) => setSegment(event.currentTarget.checked)} />
        As Segment track calls, for an e-mail tool
      </label>
      {segment && (
        <label class="field">
          <span>Its write key</span>
          <input
            type="password"
            autocomplete="off"
            value={writeKey}
            onInput={(event) => setWriteKey(event.currentTarget.value)}
          />
        </label>
      )}
      <button type="submit" class="button">
        Add webhook
      </button>
    </form>
  );
}
