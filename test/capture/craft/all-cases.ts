import { acceptQueueStallClientData } from './cases/accept-queue-stall-client-data.ts';
import { acceptQueueStallNeverServed } from './cases/accept-queue-stall-never-served.ts';
import { acceptQueueStallServerSpeaksFirst } from './cases/accept-queue-stall-server-speaks-first.ts';
import { ackFirst } from './cases/ack-first.ts';
import { ackOvertakenByFin } from './cases/ack-overtaken-by-fin.ts';
import { challengeAck } from './cases/challenge-ack.ts';
import { completed } from './cases/completed.ts';
import { cookieLike } from './cases/cookie-like.ts';
import { copiesAfterRouting } from './cases/copies-after-routing.ts';
import { copiesOnAny } from './cases/copies-on-any.ts';
import { deferAccept } from './cases/defer-accept.ts';
import { ecn } from './cases/ecn.ts';
import { ethernetPadding } from './cases/ethernet-padding.ts';
import { fastOpen } from './cases/fast-open.ts';
import { fastOpenNotTaken } from './cases/fast-open-not-taken.ts';
import { fastRetransmission } from './cases/fast-retransmission.ts';
import { fewOptionsOffered } from './cases/few-options-offered.ts';
import { finWithData } from './cases/fin-with-data.ts';
import { halfClosePutToUse } from './cases/half-close-put-to-use.ts';
import { halfClosedByClient } from './cases/half-closed-by-client.ts';
import { halfClosedByServer } from './cases/half-closed-by-server.ts';
import { halfOpen } from './cases/half-open.ts';
import { heartbeatClosedByServer } from './cases/heartbeat-closed-by-server.ts';
import { heartbeatFin } from './cases/heartbeat-fin.ts';
import { heartbeatResetByClient } from './cases/heartbeat-reset-by-client.ts';
import { heartbeatStorm } from './cases/heartbeat-storm.ts';
import { idleOngoing } from './cases/idle-ongoing.ts';
import { idleTimeoutCutReset } from './cases/idle-timeout-cut-reset.ts';
import { idleTimeoutCutSilent } from './cases/idle-timeout-cut-silent.ts';
import { ipFragments } from './cases/ip-fragments.ts';
import { ipOptions } from './cases/ip-options.ts';
import { ipv6Extensions } from './cases/ipv6-extensions.ts';
import { ipv6Fragments } from './cases/ipv6-fragments.ts';
import { keepaliveAlive } from './cases/keepalive-alive.ts';
import { keepaliveDeathByServer } from './cases/keepalive-death-by-server.ts';
import { keepaliveDeathReset } from './cases/keepalive-death-reset.ts';
import { keepaliveDeathSilent } from './cases/keepalive-death-silent.ts';
import { keepaliveGarbageByte } from './cases/keepalive-garbage-byte.ts';
import { lingering } from './cases/lingering.ts';
import { loneAck } from './cases/lone-ack.ts';
import { loneReset } from './cases/lone-reset.ts';
import { lostBeforeCapture } from './cases/lost-before-capture.ts';
import { lostBeforeCaptureTimeout } from './cases/lost-before-capture-timeout.ts';
import { midStreamClosed } from './cases/mid-stream-closed.ts';
import { midStreamOpen } from './cases/mid-stream-open.ts';
import { noOptionsAtAll } from './cases/no-options-at-all.ts';
import { offloadedZeroLength } from './cases/offloaded-zero-length.ts';
import { oneByteRetransmission } from './cases/one-byte-retransmission.ts';
import { openAtTheEnd } from './cases/open-at-the-end.ts';
import { outOfOrder } from './cases/out-of-order.ts';
import { overlapRetransmission } from './cases/overlap-retransmission.ts';
import { portScan } from './cases/port-scan.ts';
import { refusedByIcmpHost } from './cases/refused-by-icmp-host.ts';
import { refusedByIcmpPort } from './cases/refused-by-icmp-port.ts';
import { refusedByIcmpProhibited } from './cases/refused-by-icmp-prohibited.ts';
import { refusedByReset } from './cases/refused-by-reset.ts';
import { refusedTwiceSamePort } from './cases/refused-twice-same-port.ts';
import { refusedWindowsRetries } from './cases/refused-windows-retries.ts';
import { resetAfterAckByServer } from './cases/reset-after-ack-by-server.ts';
import { resetAfterClientFin } from './cases/reset-after-client-fin.ts';
import { resetAfterFins } from './cases/reset-after-fins.ts';
import { resetAfterRequest } from './cases/reset-after-request.ts';
import { resetAfterResponse } from './cases/reset-after-response.ts';
import { resetAfterServerFin } from './cases/reset-after-server-fin.ts';
import { resetAfterSynAck } from './cases/reset-after-syn-ack.ts';
import { resetByClientMidData } from './cases/reset-by-client-mid-data.ts';
import { resetByMiddlebox } from './cases/reset-by-middlebox.ts';
import { resetByMiddleboxBothWays } from './cases/reset-by-middlebox-both-ways.ts';
import { resetByServerMidData } from './cases/reset-by-server-mid-data.ts';
import { resetRepeated } from './cases/reset-repeated.ts';
import { retransmissionDeath } from './cases/retransmission-death.ts';
import { reusedAfterClose } from './cases/reused-after-close.ts';
import { reusedLowerIsn } from './cases/reused-lower-isn.ts';
import { reusedRolesSwapped } from './cases/reused-roles-swapped.ts';
import { reusedWithoutClose } from './cases/reused-without-close.ts';
import { simultaneousClose } from './cases/simultaneous-close.ts';
import { simultaneousOpen } from './cases/simultaneous-open.ts';
import { slowOpen1 } from './cases/slow-open-1.ts';
import { slowOpen2 } from './cases/slow-open-2.ts';
import { slowOpen3 } from './cases/slow-open-3.ts';
import { slowOpenBySynAckRetry } from './cases/slow-open-by-syn-ack-retry.ts';
import { slowOpenSynAckLost } from './cases/slow-open-syn-ack-lost.ts';
import { snapLength40 } from './cases/snap-length-40.ts';
import { snapLength54 } from './cases/snap-length-54.ts';
import { snapLength96 } from './cases/snap-length-96.ts';
import { spuriousFin } from './cases/spurious-fin.ts';
import { spuriousRetransmission } from './cases/spurious-retransmission.ts';
import { synAckFirst } from './cases/syn-ack-first.ts';
import { synAtTheEnd } from './cases/syn-at-the-end.ts';
import { synBehindItsAnswer } from './cases/syn-behind-its-answer.ts';
import { synTimeoutClassic } from './cases/syn-timeout-classic.ts';
import { synTimeoutLinear } from './cases/syn-timeout-linear.ts';
import { tailLossProbe } from './cases/tail-loss-probe.ts';
import { timeoutRetransmission } from './cases/timeout-retransmission.ts';
import { urgentData } from './cases/urgent-data.ts';
import { windowUpdates } from './cases/window-updates.ts';
import { wrapInData } from './cases/wrap-in-data.ts';
import { wrapInFin } from './cases/wrap-in-fin.ts';
import { wrapInHandshake } from './cases/wrap-in-handshake.ts';
import { zeroWindowLinuxProbes } from './cases/zero-window-linux-probes.ts';
import { zeroWindowOneByteProbes } from './cases/zero-window-one-byte-probes.ts';
import { zeroWindowProbeAccepted } from './cases/zero-window-probe-accepted.ts';
import type { CraftedCase } from './crafted-case.ts';
import { ipv6Twin } from './ipv6-twin.ts';
import { wireTwin } from './wire-twin.ts';
import { wrappedTwin } from './wrapped-twin.ts';

const written: readonly CraftedCase[] = [
  completed,
  heartbeatFin,
  heartbeatClosedByServer,
  heartbeatResetByClient,
  synTimeoutLinear,
  synTimeoutClassic,
  synAtTheEnd,
  refusedByReset,
  refusedWindowsRetries,
  refusedTwiceSamePort,
  refusedByIcmpPort,
  refusedByIcmpProhibited,
  refusedByIcmpHost,
  slowOpen1,
  slowOpen2,
  slowOpen3,
  slowOpenSynAckLost,
  slowOpenBySynAckRetry,
  acceptQueueStallServerSpeaksFirst,
  acceptQueueStallClientData,
  acceptQueueStallNeverServed,
  deferAccept,
  halfOpen,
  halfClosedByClient,
  halfClosedByServer,
  halfClosePutToUse,
  keepaliveAlive,
  keepaliveGarbageByte,
  keepaliveDeathReset,
  keepaliveDeathSilent,
  keepaliveDeathByServer,
  resetByClientMidData,
  resetByServerMidData,
  resetRepeated,
  resetByMiddlebox,
  resetByMiddleboxBothWays,
  resetAfterFins,
  resetAfterResponse,
  resetAfterServerFin,
  resetAfterClientFin,
  resetAfterSynAck,
  resetAfterAckByServer,
  resetAfterRequest,
  retransmissionDeath,
  idleTimeoutCutReset,
  idleTimeoutCutSilent,
  lingering,
  simultaneousOpen,
  simultaneousClose,
  midStreamClosed,
  midStreamOpen,
  synAckFirst,
  synBehindItsAnswer,
  ackFirst,
  loneAck,
  loneReset,
  openAtTheEnd,
  idleOngoing,
  reusedAfterClose,
  reusedLowerIsn,
  reusedWithoutClose,
  reusedRolesSwapped,
  challengeAck,
  fastRetransmission,
  timeoutRetransmission,
  tailLossProbe,
  spuriousRetransmission,
  spuriousFin,
  oneByteRetransmission,
  overlapRetransmission,
  outOfOrder,
  lostBeforeCapture,
  lostBeforeCaptureTimeout,
  ackOvertakenByFin,
  windowUpdates,
  zeroWindowLinuxProbes,
  zeroWindowOneByteProbes,
  zeroWindowProbeAccepted,
  cookieLike,
  fewOptionsOffered,
  noOptionsAtAll,
  wrapInHandshake,
  wrapInData,
  wrapInFin,
  copiesOnAny,
  copiesAfterRouting,
  fastOpen,
  fastOpenNotTaken,
  finWithData,
  urgentData,
  ecn,
  ethernetPadding,
  offloadedZeroLength,
  ipOptions,
  ipv6Extensions,
  ipFragments,
  ipv6Fragments,
  snapLength96,
  snapLength54,
  snapLength40,
  portScan,
  heartbeatStorm,
];

const overIpv6: readonly CraftedCase[] = [
  completed,
  heartbeatFin,
  heartbeatResetByClient,
  synTimeoutLinear,
  refusedByReset,
  refusedByIcmpPort,
  refusedByIcmpProhibited,
  refusedByIcmpHost,
  slowOpen2,
  acceptQueueStallClientData,
  halfOpen,
  halfClosedByClient,
  keepaliveAlive,
  keepaliveDeathReset,
  resetByServerMidData,
  resetByMiddlebox,
  retransmissionDeath,
  idleTimeoutCutReset,
  lingering,
  simultaneousOpen,
  midStreamClosed,
  synAckFirst,
  reusedAfterClose,
  fastRetransmission,
  timeoutRetransmission,
  spuriousRetransmission,
  outOfOrder,
  zeroWindowLinuxProbes,
  zeroWindowOneByteProbes,
  cookieLike,
  offloadedZeroLength,
  snapLength96,
  portScan,
  heartbeatStorm,
].map(ipv6Twin);

const across2to32: readonly CraftedCase[] = [
  completed,
  acceptQueueStallClientData,
  keepaliveAlive,
  keepaliveGarbageByte,
  keepaliveDeathReset,
  retransmissionDeath,
  lingering,
  resetByClientMidData,
  simultaneousOpen,
  simultaneousClose,
  midStreamClosed,
  fastRetransmission,
  timeoutRetransmission,
  tailLossProbe,
  spuriousRetransmission,
  oneByteRetransmission,
  overlapRetransmission,
  outOfOrder,
  lostBeforeCapture,
  zeroWindowLinuxProbes,
  zeroWindowOneByteProbes,
  zeroWindowProbeAccepted,
  finWithData,
].map(wrappedTwin);

const onOtherLinks: readonly CraftedCase[] = [completed, ipv6Twin(completed)].flatMap((one) => [
  wireTwin(one, 'in-vlan', { link: 'vlan' }),
  wireTwin(one, 'in-qinq', { link: 'qinq' }),
  wireTwin(one, 'linux-cooked', { link: 'cooked' }),
  wireTwin(one, 'linux-cooked-2', { link: 'cooked2' }),
  wireTwin(one, 'raw-ip', { link: 'raw' }),
  wireTwin(one, 'raw-ip-bsd', { link: 'raw-bsd' }),
  wireTwin(one, 'bsd-null-little', { link: 'null-little', byteOrder: 'little' }),
  wireTwin(one, 'bsd-null-big', { link: 'null-big', byteOrder: 'big' }),
  wireTwin(one, 'bsd-loop', { link: 'loop' }),
]);

const inOtherFiles: readonly CraftedCase[] = [
  wireTwin(fastRetransmission, 'microseconds-big-endian', { resolution: 'us', byteOrder: 'big' }),
  wireTwin(fastRetransmission, 'nanoseconds-little-endian', { resolution: 'ns', byteOrder: 'little' }),
  wireTwin(fastRetransmission, 'nanoseconds-big-endian', { resolution: 'ns', byteOrder: 'big' }),
];

/** Every crafted capture, and what is true about it. */
export const allCases: readonly CraftedCase[] = [
  ...written,
  ...overIpv6,
  ...across2to32,
  ...onOtherLinks,
  ...inOtherFiles,
];
