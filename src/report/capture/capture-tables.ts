/** Judgements, listeners and clients of a capture as tables of its page. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatBytes, formatCount, formatDurationMs, formatShare, plural } from '../../base/units.ts';
import type { CaptureListener, CaptureReport } from '../../tcp/capture.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { barSvg } from './bar-svg.ts';
import { judgementRows } from './judgement-rows.ts';
import { listenerFacts } from './listener-facts.ts';

export function judgementSection(report: CaptureReport): string {
  const rows = judgementRows(report);
  if (rows.length === 0) return '';
  const most = Math.max(...rows.map(({ count }) => count));
  const body = rows.map(
    ({ id, count, share, words: { tone, meaning } }) =>
      `<tr><th scope="row" class="${tone}">${id}</th><td class="picture">${barSvg(count / most, tone)}</td><td class="number">${formatCount(count)}</td><td class="number">${escapeHtml(formatShare(share))}</td><td class="meaning">${escapeHtml(meaning)}</td></tr>\n`,
  );
  const head =
    '<thead><tr><th scope="col">judgement</th><th scope="col"></th><th scope="col" class="number">connections</th><th scope="col" class="number">share</th><th scope="col" class="meaning">meaning</th></tr></thead>';
  return element('section', 'judgements', [
    '<h2>What became of the connections</h2>',
    `<div class="wide"><table class="bars">${head}<tbody>\n${body.join('')}</tbody></table></div>\n`,
  ]);
}

const listenerHeadings = [
  ['connections', 'connections'],
  ['arrivals', 'arrivals'],
  ['peak', 'peak'],
  ['completed', 'completed'],
  ['empty', 'empty'],
  ['synAgain', 'SYNs again'],
  ['resent', 'resent'],
  ['connectMedian', 'connect'],
  ['connectP99', 'p99'],
] as const;

const listenersOnPage = 100;

export function captureListenersSection({ listeners, listenersInAll }: CaptureReport): string {
  const shown = listeners.slice(0, listenersOnPage);
  if (shown.length === 0) return '';
  const body = shown.map((listener) => {
    const facts = listenerFacts(listener);
    const cells = listenerHeadings.map(
      ([name, label]) => `<td class="number" data-label="${label}">${escapeHtml(facts[name])}</td>`,
    );
    return `<tr><th scope="row">${escapeHtml(facts.listener)}</th>${cells.join('')}</tr>\n`;
  });
  const head = listenerHeadings.map(([, label]) => `<th scope="col" class="number">${label}</th>`);
  return element('section', 'listeners', [
    '<h2>Listeners</h2>',
    `<div class="wide"><table><thead><tr><th scope="col">listener</th>${head.join('')}</tr></thead><tbody>\n${body.join('')}</tbody></table></div>\n`,
    restText(listenersInAll - shown.length),
    ...shown.map(heartbeatText),
  ]);
}

function heartbeatText({ heartbeat, address, port }: CaptureListener): string {
  if (heartbeat === null) return '';
  const { senders, periodMs, connections, agreement } = heartbeat;
  const text = `Heartbeats at ${formatEndpoint(address, port)}: ${plural(senders, 'sender')} every ${formatDurationMs(periodMs)}, ${plural(connections, 'connection')} in all; the period explains ${formatShare(agreement)} of the arrivals.`;
  return element('p', 'quiet', escapeHtml(text));
}

const peersOnPage = 10;

export function peersSection({ peers, peersInAll }: CaptureReport): string {
  const shown = peers.slice(0, peersOnPage);
  if (shown.length === 0) return '';
  const body = shown.map((peer) => {
    const numbers = [
      formatCount(peer.packets),
      formatCount(peer.connections),
      formatCount(peer.empty),
      formatBytes(peer.payloadBytes),
      formatCount(peer.synRetransmissions),
      formatCount(peer.retransmissions),
    ];
    const labels = ['packets', 'connections', 'empty', 'payload', 'SYNs again', 'resent'];
    const cells = numbers.map(
      (text, i) => `<td class="number" data-label="${labels[i] ?? ''}">${escapeHtml(text)}</td>`,
    );
    return `<tr><th scope="row">${escapeHtml(peer.address)}</th>${cells.join('')}</tr>\n`;
  });
  const head = ['packets', 'connections', 'empty', 'payload', 'SYNs again', 'resent'].map(
    (label) => `<th scope="col" class="number">${label}</th>`,
  );
  return element('section', 'listeners peers', [
    '<h2>Clients</h2>',
    `<div class="wide"><table><thead><tr><th scope="col">client</th>${head.join('')}</tr></thead><tbody>\n${body.join('')}</tbody></table></div>\n`,
    restText(peersInAll - shown.length),
  ]);
}

function restText(hidden: number): string {
  return hidden <= 0 ? '' : element('p', 'quiet', `and ${formatCount(hidden)} more.`);
}
