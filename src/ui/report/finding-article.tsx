import { evidenceLabel, ruledOutLabel } from '../../report/evidence-labels.ts';
import { evidenceText } from '../../report/evidence-text.ts';
import { sentenceCase } from '../../report/sentence-case.ts';
import type { Finding, Remedy } from '../../tcp/finding.ts';
import { Copyable } from './copyable.tsx';

const words = { critical: 'Problem', warning: 'Warning', info: 'Note' } as const;

/** One finding in words. `heading`: whether its title stands here, or already above; `prove`: the command that tries the remedy. */
export function FindingArticle({
  finding,
  heading,
  prove,
}: {
  readonly finding: Finding;
  readonly heading: boolean;
  readonly prove?: string | undefined;
}) {
  const { severity, confidence, id, title, explanation, cause } = finding;
  return (
    <article className={`finding ${severity}`}>
      {heading ? (
        <>
          <p className="tag">
            <b>{words[severity]}</b> · {confidence} · {id}
          </p>
          <h3>{sentenceCase(title)}</h3>
        </>
      ) : null}
      <p className="why">{explanation}</p>
      <p className="cause">
        <span>Cause</span> {sentenceCase(cause.title)}
      </p>
      <EvidenceTable finding={finding} />
      <RuledOut finding={finding} />
      <Remedies remedies={finding.remedies} />
      {prove === undefined ? null : (
        <section className="prove">
          <h3>Prove it</h3>
          <p>Rebuilds this in a private namespace, applies the remedy there, and compares.</p>
          <Copyable text={prove} />
        </section>
      )}
    </article>
  );
}

function EvidenceTable({ finding: { evidence, title } }: { readonly finding: Finding }) {
  if (evidence.length === 0) return null;
  return (
    <section>
      <h3>What shows it</h3>
      <table className="facts">
        <caption className="unseen">Evidence: {title}</caption>
        <tbody>
          {evidence.map((fact) => (
            <tr key={`${fact.source} ${fact.name} ${fact.note}`}>
              <th scope="row">{evidenceLabel(fact.name)}</th>
              <td>{evidenceText(fact)}</td>
              <td className="source">{fact.source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RuledOut({ finding: { ruledOut } }: { readonly finding: Finding }) {
  if (ruledOut.length === 0) return null;
  return (
    <section className="ruled-out">
      <h3>Not the cause</h3>
      <ul>
        {ruledOut.map(({ id, because }) => (
          <li key={id}>
            {ruledOutLabel(id)} <span>{because}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Remedies({ remedies }: { readonly remedies: readonly Remedy[] }) {
  // The contract tells what would not help by its effect.
  const isUseless = ({ kind, effect }: Remedy): boolean => kind === 'none' || effect === 'none';
  const helping = remedies.filter((one) => !isUseless(one));
  const useless = remedies.filter(isUseless);
  if (remedies.length === 0) return null;
  return (
    <section className="remedies">
      <h3>What to do</h3>
      <ol>
        {helping.map(({ summary, command, effect, risk }) => (
          <li key={summary}>
            <p>{summary}</p>
            {command === '' ? null : <Copyable text={command} />}
            <p className="effect">{effect}</p>
            {/^(none\b|$)/.test(risk) ? null : <p className="effect">Risk: {risk}</p>}
          </li>
        ))}
      </ol>
      {useless.map(({ summary, effect }) => (
        <p key={summary} className="useless">
          <b>Would not help:</b>{' '}
          {[summary, effect === 'none' ? '' : effect].filter((part) => part !== '').join(': ')}
        </p>
      ))}
    </section>
  );
}
