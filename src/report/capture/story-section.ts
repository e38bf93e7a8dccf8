/** Ladders of connections: below the table where no script runs, in its rows where one does. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { plural } from '../../base/units.ts';
import type { ConnectionRecord, ConnectionStory } from '../../tcp/capture.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { ladderFigure } from '../ladder/ladder-figure.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { sentenceCase } from '../sentence-case.ts';
import { connectionLadder } from './connection-ladder.ts';
import { judgementSentence } from './judgement-sentence.ts';
import { latencyText } from './listener-facts.ts';
import { lookCloser } from './look-closer.ts';

/** A hundred ladders of this many rows make a page of less than two megabytes. */
const rowsOfLadder = 30;

export function storySection(stories: readonly ConnectionStory[], file: string): string {
  if (stories.length === 0) return '';
  return element('section', 'stories', ['<h2>Ladders</h2>', ...stories.map((story) => details(story, file))]);
}

function details(story: ConnectionStory, file: string): string {
  const { number, client, clientPort, server, serverPort, judgement } = story.connection;
  const ends = `${formatEndpoint(client, clientPort)} to ${formatEndpoint(server, serverPort)}`;
  const commands = lookCloser(file, number).map(escapeHtml).join('\n');
  const content = [
    element('p', 'because', escapeHtml(sentenceCase(judgementSentence(judgement)))),
    element('p', 'quiet', escapeHtml(factsText(story.connection))),
    ladderFigure(connectionLadder(story, rowsOfLadder)),
    commands === '' ? '' : `<pre><code>${commands}</code></pre>\n`,
  ];
  return `<details id="connection-${number}"><summary>${number}: ${judgement.id} <span>${escapeHtml(ends)}</span></summary><div class="story">${content.join('')}</div></details>\n`;
}

/** "likely · SYN sent 7 times · handshake RTT 0.5 ms · idle for 60.0 s at most · options taken back, as SYN cookies do" */
function factsText({ judgement, syn, handshakeRttMs, longestIdle, cookieLike }: ConnectionRecord): string {
  return [
    judgement.confidence,
    syn.sends > 1 ? `SYN sent ${plural(syn.sends, 'time')}` : '',
    handshakeRttMs === null ? '' : `handshake RTT ${latencyText(handshakeRttMs)}`,
    longestIdle.ms < 1000 ? '' : `idle for ${secondsText(longestIdle.ms)} at most`,
    cookieLike ? 'the SYN-ACK takes back options, as SYN cookies do' : '',
  ]
    .filter((text) => text !== '')
    .join(' · ');
}
