import { useState } from 'react';

/** A command that can be copied with one press. */
export function Copyable({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      // Without a secure context there is no clipboard; the text can be selected.
    }
  };
  return (
    <div className="copyable">
      <pre>
        <code>{text}</code>
      </pre>
      {navigator.clipboard === undefined ? null : (
        <button type="button" onClick={() => void copy()} aria-label={`Copy ${text}`}>
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </button>
      )}
    </div>
  );
}
