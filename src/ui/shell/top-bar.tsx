import { useState } from 'react';
import { useOverview } from '../live/use-live.ts';
import { Link } from './link.tsx';
import { type ConsolePage, pages } from './pages.ts';
import { keepTheme, keptTheme, type Theme, themes } from './theme.ts';

export function TopBar({ page }: { readonly page: ConsolePage | undefined }) {
  const open = useOverview(({ incidents }) => incidents.filter(({ closedMs }) => closedMs === null).length);
  return (
    <header className="top">
      <p className="brand">
        <Link href="/">halfopen</Link>
        <Host />
      </p>
      <nav aria-label="Pages">
        <ul>
          {pages.map((one) => (
            <li key={one.path}>
              <Link href={`/${one.path}`} current={one === page}>
                {one.title}
                {one.path === 'incidents' && open > 0 ? (
                  <span className="count">
                    {open}
                    <span className="unseen"> open</span>
                  </span>
                ) : null}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="top-right">
        <LiveSign />
        <ThemeSwitch />
      </div>
    </header>
  );
}

function Host() {
  const host = useOverview(({ status }) => status?.hostname ?? '');
  const kernel = useOverview(({ status }) => status?.kernelRelease ?? '');
  return host === '' ? null : (
    <span>
      <b>{host}</b> <span className="kernel">Linux {kernel}</span>
    </span>
  );
}

const signs = { connecting: 'connecting', live: 'live', lost: 'lost' } as const;

function LiveSign() {
  const status = useOverview(({ connection }) => connection.status);
  const problem = useOverview((overview) => overview.status?.store?.problem ?? null);
  const kept = useOverview((overview) => overview.status?.store !== null);
  const words =
    status === 'live' && problem !== null
      ? 'not kept'
      : status === 'live' && !kept
        ? 'live, not kept'
        : signs[status];
  return (
    <p className={`live-sign ${status} ${problem === null ? '' : 'problem'}`} title={problem ?? ''}>
      <i aria-hidden="true" /> {words}
    </p>
  );
}

const themeWords = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(keptTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  return (
    <button
      type="button"
      className={`theme-switch ${theme}`}
      aria-label={`Colours: ${themeWords[theme]}; change to ${themeWords[next]}`}
      title={`Colours: ${themeWords[theme]}`}
      onClick={() => {
        keepTheme(next);
        setTheme(next);
      }}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="6.5" className="ring" />
        {theme === 'system' ? <path d="M10 3.5a6.5 6.5 0 0 1 0 13z" className="full" /> : null}
        {theme === 'dark' ? <circle cx="10" cy="10" r="6.5" className="full" /> : null}
      </svg>
    </button>
  );
}
