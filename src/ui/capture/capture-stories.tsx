import { useEffect, useState } from 'react';
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount } from '../../base/units.ts';
import { judgementSentence } from '../../report/capture/judgement-sentence.ts';
import { sentenceCase } from '../../report/sentence-case.ts';
import type { CaptureReport, ConnectionRecord } from '../../tcp/capture.ts';
import type { CaptureClient } from './capture-client.ts';
import { chooseStory } from './choose-story.ts';
import { StoryLadder } from './story-ladder.tsx';

const mostListed = 200;

interface CaptureStoriesProps {
  readonly capture: CaptureClient;
  readonly report: CaptureReport;
  /** The endpoint that is in trouble, "0.0.0.0:24224". */
  readonly about: string;
}

/** The ladder of the connection that shows the trouble best; the others can be chosen. */
export function CaptureStories({ capture, report, about }: CaptureStoriesProps) {
  const [chosen, setChosen] = useState(() => chooseStory(report.examples, about)?.number);
  const [listed, setListed] = useState<readonly ConnectionRecord[]>([]);
  useEffect(() => {
    const fetchList = async (): Promise<void> => {
      await capture.list({ filter: '', order: 'worst' });
      setListed(await capture.rows(0, mostListed));
    };
    fetchList().catch(() => setListed(report.examples));
  }, [capture, report]);
  const shown =
    listed.find(({ number }) => number === chosen) ?? report.examples.find(({ number }) => number === chosen);
  if (chosen === undefined) return <p className="quiet">It has no TCP connection.</p>;
  const { connections } = report.totals;
  return (
    <>
      {connections < 2 ? null : (
        <p className="chooser">
          <label>
            Connection{' '}
            <select value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
              {(listed.length === 0 ? report.examples : listed).map(
                ({ number, judgement, client, clientPort }) => (
                  <option key={number} value={number}>
                    {number}: {judgement.id}, from {formatEndpoint(client, clientPort)}
                  </option>
                ),
              )}
            </select>
          </label>{' '}
          <span className="quiet">
            {connections > mostListed
              ? `the worst ${mostListed} of ${formatCount(connections)}`
              : `one of ${formatCount(connections)}`}
          </span>
        </p>
      )}
      {shown === undefined ? null : (
        <p className="because">{sentenceCase(judgementSentence(shown.judgement))}</p>
      )}
      <StoryLadder capture={capture} number={chosen} />
    </>
  );
}
