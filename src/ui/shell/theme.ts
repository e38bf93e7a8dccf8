import { darkTokens, lightTokens } from '../../report/tokens.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'halfopen-theme';

/** What was chosen here before; a browser that keeps nothing follows the system. */
export function keptTheme(): Theme {
  try {
    return themes.find((one) => one === localStorage.getItem(key)) ?? 'system';
  } catch {
    return 'system';
  }
}

export function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // It lasts until the page is closed.
  }
  applyTheme(theme);
}

const changed = new EventTarget();
const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** Calls back whenever colours change, for what draws them itself. */
export function onColours(call: () => void): () => void {
  systemDark.addEventListener('change', call);
  changed.addEventListener('theme', call);
  return () => {
    systemDark.removeEventListener('change', call);
    changed.removeEventListener('theme', call);
  };
}

let adopted = false;

/** The tokens are those of printed reports; the policy allows style sheets made by script, not those that stand in the page. */
export function applyTheme(theme: Theme): void {
  if (!adopted) adoptStyle(tokenStyle);
  adopted = true;
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  changed.dispatchEvent(new Event('theme'));
}

export function adoptStyle(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}

const tokenStyle = `
:root { color-scheme: light dark; ${lightTokens} }
@media (prefers-color-scheme: dark) { :root { ${darkTokens} } }
:root[data-theme="light"] { color-scheme: light; ${lightTokens} }
:root[data-theme="dark"] { color-scheme: dark; ${darkTokens} }
`;
