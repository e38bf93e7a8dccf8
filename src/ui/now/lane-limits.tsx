import { formatCount, formatShare } from '../../base/units.ts';
import type { LaneFacts } from '../live/lane-facts.ts';
import { useEachSecond, useLive } from '../live/use-live.ts';

const unknown = 'not measured';

/** What bounds a listener, and how near it is. */
export function LaneLimits({ lane }: { readonly lane: LaneFacts }) {
  const store = useLive();
  const text = useEachSecond(() => {
    const at = (channel: string): number => store.at(lane.id, channel);
    const count = (channel: string, unit: string): string =>
      at(channel) < 0 ? unknown : `${formatCount(at(channel))} ${unit}`;
    return [
      at('limit') < 0 ? unknown : `${formatCount(at('limit'))} connections`,
      at('fullShare') < 0 ? unknown : `${formatShare(at('fullShare') / 1000)} of the last second`,
      count('synRecv', 'requests'),
      count('synAckRetransmissions', 'in the last second'),
      count('resetsSent', 'in the last second'),
      at('cpu') < 0 ? unknown : `${formatShare(at('cpu') / 1000)} of a core`,
      count('descriptors', 'open'),
    ].join('|');
  });
  const values = text.split('|');
  return (
    <>
      <h4>What limits it</h4>
      <dl className="limits">
        {labels.map((label, place) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={values[place] === unknown ? 'quiet' : ''}>{values[place]}</dd>
          </div>
        ))}
        <div>
          <dt>program</dt>
          <dd>
            {lane.process}
            {lane.pid === undefined ? '' : `, pid ${lane.pid}`}
          </dd>
        </div>
      </dl>
    </>
  );
}

const labels = [
  'accept queue',
  'full',
  'half open',
  'SYN-ACKs again',
  'resets sent',
  'processor',
  'descriptors',
];
