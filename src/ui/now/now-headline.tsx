import { formatCount, plural } from '../../base/units.ts';
import { sentenceCase } from '../../report/sentence-case.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { clockText } from '../chart/clock-text.ts';
import { sumOf } from '../chart/rows.ts';
import type { LaneFacts } from '../live/lane-facts.ts';
import { type LiveStore, shownSeconds } from '../live/live-store.ts';
import { useEachSecond, useLive, useOverview } from '../live/use-live.ts';
import { Link } from '../shell/link.tsx';

/** The worst that goes on, in a sentence; else what there is to say of the last five minutes. */
export function NowHeadline({ lanes }: { readonly lanes: readonly LaneFacts[] }) {
  const store = useLive();
  const open = useOverview(({ incidents }) => worstOpen(incidents));
  const openCount = useOverview(
    ({ incidents }) => incidents.filter(({ closedMs }) => closedMs === null).length,
  );
  const dropped = useEachSecond(() => droppedText(store, lanes));
  const namespaces = new Set(lanes.map(({ namespace }) => namespace)).size;
  const where = `${plural(lanes.length, 'listener')} in ${plural(namespaces, 'namespace')}`;
  const more = openCount - 1;
  return (
    <header className={`headline ${open?.severity ?? ''}`}>
      <h1 tabIndex={-1}>
        {open === undefined ? (
          calmSentence(dropped, lanes)
        ) : (
          <Link href={`/incidents/${open.id}`}>{sentenceCase(open.title)}</Link>
        )}
      </h1>
      <p>
        {open === undefined ? null : <span>Since {clockText(open.openedMs)}</span>}
        {more > 0 ? (
          <Link href="/incidents">{plural(more, 'more open incident', 'more open incidents')}</Link>
        ) : null}
        <span>{where}</span>
        <Unseen />
      </p>
    </header>
  );
}

function worstOpen(incidents: readonly Incident[]): Incident | undefined {
  const open = incidents.filter(({ closedMs }) => closedMs === null);
  return (
    open.find(({ severity }) => severity === 'critical') ??
    open.find(({ severity }) => severity === 'warning')
  );
}

/** Of the last five minutes: "0.0.0.0:80 1204"; "" where nothing was dropped. */
function droppedText(store: LiveStore, lanes: readonly LaneFacts[]): string {
  const to = store.latestSecond + 1;
  let worst = { endpoint: '', sum: 0 };
  for (const { id, endpoint } of lanes) {
    const sum = sumOf(store.read(id, 'drops', to - shownSeconds, to));
    if (sum > worst.sum) worst = { endpoint, sum };
  }
  return worst.sum === 0 ? '' : `${worst.endpoint} ${worst.sum}`;
}

function calmSentence(dropped: string, lanes: readonly LaneFacts[]): string {
  const [endpoint = '', sum = '0'] = dropped.split(' ');
  if (endpoint !== '')
    return `${endpoint} dropped ${formatCount(Number(sum))} packets in the last five minutes`;
  if (lanes.length === 0) return 'Nothing listens here';
  return lanes.length === 1 ? 'The listener keeps up' : 'Every listener keeps up';
}

/** What the recorder cannot see belongs beside every sentence that says all is well. */
function Unseen() {
  const unseen = useOverview(({ status }) => status?.unseen ?? nothing);
  const standing = useOverview(({ status }) => status?.standing ?? none);
  return (
    <>
      {standing.length === 0 ? null : (
        <details className="aside">
          <summary>{plural(standing.length, 'standing remark')}</summary>
          <ul>
            {standing.map(({ finding, namespace, title }) => (
              <li key={`${finding} ${namespace} ${title}`}>
                {sentenceCase(title)} <span className="quiet">{namespace}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {unseen.length === 0 ? null : (
        <details className="aside">
          <summary>{plural(unseen.length, 'thing', 'things')} not seen</summary>
          <ul>
            {unseen.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const nothing: readonly string[] = [];
const none: readonly { readonly finding: string; readonly namespace: string; readonly title: string }[] = [];
