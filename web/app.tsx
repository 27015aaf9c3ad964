/** The frame around every page: who may look, where one is, how to get elsewhere. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createClient } from '../client/index.ts';
import { forgetAdminKey, useAdmin } from './admin.tsx';
import { forgetKey, storedKey, storeKey } from './key.ts';
import { AudiencePage } from './pages/audience.tsx';
import { AudiencesPage } from './pages/audiences.tsx';
import { BuildPage } from './pages/build.tsx';
import { DemandPage } from './pages/demand.tsx';
import { KeyPage } from './pages/key.tsx';
import { QualityPage } from './pages/quality.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { SourcesPage } from './pages/sources.tsx';
import { TodayPage } from './pages/today.tsx';
import { UserPage } from './pages/user.tsx';
import { UsersPage } from './pages/users.tsx';
import { Mark } from './parts/icons.tsx';
import { Search } from './parts/search.tsx';
import { hrefOf, type Route, useRoute } from './route.ts';
import { SessionContext } from './session.ts';

export function App() {
  const [key, setKey] = useState(storedKey);
  const [refused, setRefused] = useState(false);
  const { asAdmin, dialog } = useAdmin();
  const leave = (wasRefused: boolean) => {
    forgetKey();
    forgetAdminKey();
    setRefused(wasRefused);
    setKey(undefined);
  };
  const session = useMemo(
    () => key && { api: createClient({ url: '', key }), asAdmin, refuse: () => leave(true) },
    [key],
  );

  if (!session) {
    const enter = (entered: string, keep: 'tab' | 'device') => {
      storeKey(entered, keep);
      setRefused(false);
      setKey(entered);
    };
    return <KeyPage refused={refused} onKey={enter} />;
  }
  return (
    <SessionContext.Provider value={session}>
      <Frame onForget={() => leave(false)} />
      {dialog}
    </SessionContext.Provider>
  );
}

const PAGES: { name: string; to: Route; also: Route['page'][] }[] = [
  { name: 'Today', to: { page: 'today' }, also: [] },
  { name: 'Users', to: { page: 'users', band: 'now' }, also: ['user'] },
  { name: 'Audiences', to: { page: 'audiences' }, also: ['audience', 'build'] },
  { name: 'Demand', to: { page: 'demand' }, also: [] },
  { name: 'Quality', to: { page: 'quality' }, also: [] },
  { name: 'Sources', to: { page: 'sources' }, also: [] },
  { name: 'Settings', to: { page: 'settings' }, also: [] },
];

function Frame({ onForget }: { onForget(): void }) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const subject = 'pseudonym' in route ? route.pseudonym : 'name' in route ? route.name : route.page;

  // A new page begins at its top, for eyes and for screen readers; the first one leaves focus where the browser put it.
  useEffect(() => {
    document.title = `${titleOf(route)} · Buy Timing`;
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [subject]);

  // A day chosen on one of the pages about scores goes with the reader to the other.
  const day = (route.page === 'today' || route.page === 'users') && route.day ? { day: route.day } : {};
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the numbers
      </button>
      <header class="bar">
        <div class="bar-inner">
          <a class="brand" href="#/">
            <Mark />
            Buy Timing
          </a>
          <nav aria-label="Pages">
            {PAGES.map(({ name, to, also }) => (
              <a
                key={name}
                href={hrefOf(to.page === 'today' || to.page === 'users' ? { ...to, ...day } : to)}
                aria-current={route.page === to.page ? 'page' : also.includes(route.page) ? 'true' : undefined}
              >
                {name}
              </a>
            ))}
          </nav>
          <Search />
          <button type="button" class="quiet" onClick={onForget}>
            Forget key
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Page route={route} />
      </main>
    </>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'today':
      return <TodayPage day={route.day} />;
    case 'users':
      return <UsersPage {...route} />;
    case 'user':
      return <UserPage key={route.pseudonym} pseudonym={route.pseudonym} day={route.day} />;
    case 'audiences':
      return <AudiencesPage />;
    case 'build':
      return <BuildPage rule={route.rule} />;
    case 'audience':
      return <AudiencePage key={route.name} name={route.name} cursor={route.cursor} />;
    case 'demand':
      return <DemandPage category={route.category} lead={route.lead} />;
    case 'quality':
      return <QualityPage horizon={route.horizon} />;
    case 'sources':
      return <SourcesPage day={route.day} />;
    case 'settings':
      return <SettingsPage />;
    case 'missing':
      return (
        <div class="notice">
          <h1>There is no such page</h1>
          <p>
            The address may have been cut short. <a href="#/">Go to today's numbers</a>
          </p>
        </div>
      );
  }
}

function titleOf(route: Route): string {
  if (route.page === 'user') return `~${route.pseudonym.slice(0, 10)}`;
  if (route.page === 'audience') return route.name;
  if (route.page === 'build') return 'New audience';
  return PAGES.find(({ to }) => to.page === route.page)?.name ?? 'Not found';
}
