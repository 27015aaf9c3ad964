/** The frame around every page: who may look, where one is, how to get elsewhere. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createClient } from '../client/index.ts';
import { forgetKey, storedKey, storeKey } from './key.ts';
import { KeyPage } from './pages/key.tsx';
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
  const session = useMemo(
    () =>
      key && {
        api: createClient({ url: '', key }),
        refuse() {
          forgetKey();
          setRefused(true);
          setKey(undefined);
        },
      },
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
  const forget = () => {
    forgetKey();
    setKey(undefined);
  };
  return (
    <SessionContext.Provider value={session}>
      <Frame onForget={forget} />
    </SessionContext.Provider>
  );
}

function Frame({ onForget }: { onForget(): void }) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const subject = route.page === 'user' ? route.pseudonym : route.page;

  // A new page begins at its top, for eyes and for screen readers; the first one leaves focus where the browser put it.
  useEffect(() => {
    document.title = `${titleOf(route)} · Buy Timing`;
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [subject]);

  const day = 'day' in route && route.day ? { day: route.day } : {};
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
            <a href={hrefOf({ page: 'today', ...day })} aria-current={route.page === 'today' ? 'page' : undefined}>
              Today
            </a>
            <a
              href={hrefOf({ page: 'users', band: 'now', ...day })}
              aria-current={route.page === 'users' ? 'page' : undefined}
            >
              Users
            </a>
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
  return { today: 'Today', users: 'Users', missing: 'Not found' }[route.page];
}
