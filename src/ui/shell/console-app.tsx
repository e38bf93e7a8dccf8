import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { LiveStore } from '../live/live-store.ts';
import { LiveContext } from '../live/use-live.ts';
import { NowPage } from '../now/now-page.tsx';
import { Link } from './link.tsx';
import { LostBanner } from './lost-banner.tsx';
import { type ConsolePage, pages } from './pages.ts';
import { type Place, usePlace } from './router.ts';
import { TopBar } from './top-bar.tsx';

const IncidentsPage = lazy(async () => ({
  default: (await import('../incidents/incidents-page.tsx')).IncidentsPage,
}));
const IncidentPage = lazy(async () => ({
  default: (await import('../incidents/incident-page.tsx')).IncidentPage,
}));
const CapturePage = lazy(async () => ({
  default: (await import('../capture/capture-page.tsx')).CapturePage,
}));
const SocketsPage = lazy(async () => ({
  default: (await import('../sockets/sockets-page.tsx')).SocketsPage,
}));
const LabPage = lazy(async () => ({ default: (await import('../lab/lab-page.tsx')).LabPage }));
const TunePage = lazy(async () => ({ default: (await import('../tune/tune-page.tsx')).TunePage }));

export function ConsoleApp() {
  const [store] = useState(() => new LiveStore());
  const place = usePlace();
  const page = pages.find(({ path }) => path === (place.path[0] ?? ''));
  const main = useRef<HTMLElement>(null);
  useTitleAndFocus(page, place, main);
  return (
    <LiveContext value={store}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <TopBar page={page} />
      <LostBanner />
      <main id="content" ref={main} tabIndex={-1}>
        <Suspense
          fallback={
            <p className="loading" role="status">
              Loading …
            </p>
          }
        >
          <PageAt place={place} />
        </Suspense>
      </main>
    </LiveContext>
  );
}

function PageAt({ place: { path } }: { readonly place: Place }) {
  const [page = '', item] = path;
  switch (page) {
    case '':
      return <NowPage />;
    case 'incidents':
      return item === undefined ? <IncidentsPage /> : <IncidentPage key={item} id={item} />;
    case 'capture':
      return <CapturePage />;
    case 'sockets':
      return <SocketsPage />;
    case 'lab':
      return <LabPage />;
    case 'tune':
      return <TunePage />;
    default:
      return (
        <div className="waiting">
          <h1>There is no such page</h1>
          <p className="quiet">
            <Link href="/">See what goes on now</Link>
          </p>
        </div>
      );
  }
}

/** A new page has a new title, begins at its top, and is where the keyboard goes on. */
function useTitleAndFocus(
  page: ConsolePage | undefined,
  place: Place,
  main: { readonly current: HTMLElement | null },
): void {
  const where = place.path.join('/');
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page announces itself when its path changes, not its query
  useEffect(() => {
    document.title = `${[place.path[1], page?.title ?? 'No such page'].filter((part) => part !== undefined).join(' · ')} · halfopen`;
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [where]);
}
