import { ApiFailure } from '../api/get-json.ts';

/** What went wrong, in the words of who said it, and what to do. */
export function Trouble({ error, onAgain }: { readonly error: Error; readonly onAgain?: () => void }) {
  const { attempted, said, remedy } =
    error instanceof ApiFailure ? error : { attempted: 'go on', said: error.message, remedy: undefined };
  return (
    <div className="trouble" role="alert">
      <p>
        <b>Cannot {attempted}:</b> {said}
      </p>
      {remedy === undefined ? null : <p>{remedy}</p>}
      {onAgain === undefined ? null : (
        <button type="button" onClick={onAgain}>
          Try again
        </button>
      )}
    </div>
  );
}
