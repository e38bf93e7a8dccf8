import type { ReactNode } from 'react';

/** What is wider or higher than its place, with a name, and in reach of the keyboard. */
export function ScrollBox({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it what lies outside of the box is out of reach of the arrow keys
    <section className="wide" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
