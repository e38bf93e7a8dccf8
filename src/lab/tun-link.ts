import { accessSync, constants } from 'node:fs';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import type { LabProcess } from './lab-process.ts';
import { bringUp, type Link, type LinkEnd, newDeviceNames, usualAddresses } from './link.ts';
import { type LinkConditions, type LinkDirection, linkDirections } from './link-conditions.ts';
import type { LabNamespace } from './namespace.ts';
import type { ForwarderDone, ForwarderMessage, ForwarderReady } from './programs/forwarder-options.ts';
import { tunFile } from './programs/tun-device.ts';

/** Packets a device keeps for the forwarder: bursts of thousands must not get lost beside the conditions (usual: 500). */
const deviceQueue = 8192;

type Forwarder = LabProcess<ForwarderReady, ForwarderDone>;

/** A link with a delay, on which packets can be lost, doubled or overtaken; `a` is the client's end. */
export class TunLink implements Link {
  readonly a: LinkEnd;
  readonly b: LinkEnd;
  readonly #forwarder: Forwarder;

  constructor(a: LinkEnd, b: LinkEnd, forwarder: Forwarder) {
    this.a = a;
    this.b = b;
    this.#forwarder = forwarder;
  }

  /**
   * Changes what is named and leaves the rest; resolves once it holds for every packet that enters the link. Packets
   * already under way still arrive. `lose` starts to count from 0; a `seed` starts its series again.
   */
  async change(conditions: LinkConditions): Promise<void> {
    await this.#ask({ change: conditions });
  }

  /** From now on everything is lost, in one direction or in both. */
  goBlack(direction?: LinkDirection): Promise<void> {
    return this.change(blackness(true, direction));
  }

  /** Ends `goBlack`. */
  goClear(direction?: LinkDirection): Promise<void> {
    return this.change(blackness(false, direction));
  }

  /** What has happened to packets so far. */
  counts(): Promise<ForwarderDone> {
    return this.#ask({ change: {} });
  }

  /** Takes the link away, both devices with their addresses and routes; gives the final counts. */
  async remove(): Promise<ForwarderDone> {
    await this.#forwarder.stop();
    return this.#forwarder.done;
  }

  #ask(message: ForwarderMessage): Promise<ForwarderDone> {
    return this.#forwarder.ask<ForwarderDone>(message);
  }
}

function blackness(black: boolean, direction?: LinkDirection): LinkConditions {
  const named = direction === undefined ? linkDirections : [direction];
  return Object.fromEntries(named.map((name) => [name, { black }]));
}

/**
 * Joins two namespaces, the client's first, by a link with the given conditions, which is up when this resolves. It is
 * made of two tun devices and a process of ours which carries packets between them (kernel-facts: netem is often missing).
 * Unlike on a veth pair, the answer to a segment comes after the call that sent it, even without a delay. There is no
 * Ethernet and no address resolution on it: `mac` is empty. It dies with namespace `a`, at the latest. Throws HalfopenError
 * where there are no tun devices.
 */
export async function connectByTun(
  a: LabNamespace,
  b: LabNamespace,
  conditions: LinkConditions = {},
  addresses = usualAddresses,
): Promise<TunLink> {
  refuseWithoutTun();
  const devices = newDeviceNames();
  const ends = [
    { namespacePath: a.path, device: devices[0] },
    { namespacePath: b.path, device: devices[1] },
  ] as const;
  // Inside the first namespace, so that it is found and killed there if this process cannot do it any more.
  const forwarder = a.spawn('forwarder', { ends, conditions }, 'pipe');
  await forwarder.ready;
  a.run('ip', ['link', 'set', 'dev', devices[0], 'txqueuelen', String(deviceQueue)]);
  b.run('ip', ['link', 'set', 'dev', devices[1], 'txqueuelen', String(deviceQueue)]);
  return new TunLink(bringUp(a, devices[0], addresses, 0), bringUp(b, devices[1], addresses, 1), forwarder);
}

function refuseWithoutTun(): void {
  try {
    accessSync(tunFile, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'make a delayed link with',
      on: tunFile,
      said: error instanceof Error ? error.message : String(error),
      remedy: 'Load the module: modprobe tun. In a container, give it the device: --device /dev/net/tun.',
    });
  }
}
