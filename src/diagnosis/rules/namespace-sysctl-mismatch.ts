import { formatCount } from '../../base/units.ts';
import type { Evidence, Finding, Remedy } from '../../tcp/finding.ts';
import { sysctlDefault } from '../../tcp/model/sysctl-default.ts';
import type { ListenerObservation, NamespaceObservation } from '../../tcp/observation.ts';
import { ok, readingValue } from '../../tcp/reading.ts';
import { counterRise, listenerSubject, listenersOf, listenerWithOwner, sysctl } from '../evidence.ts';
import { mismatchExperiment } from '../experiment/mismatch-experiment.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';
import { type ComparedSysctl, comparedSysctls } from '../sysctl-mismatch/compared-sysctls.ts';

/** A namespace lives with worse TCP parameters than the host: nothing of the host's tuning is inherited. */
export const namespaceSysctlMismatch = defineRule({
  id: 'namespace-sysctl-mismatch',
  summary: "a container's network namespace does not have the TCP parameters the host was tuned to",
  needs: ['sysctls'],
  scope: 'host',
  judge: (view) => {
    const { observation } = view;
    const reference = referenceFor(view);
    const others = observation.namespaces.filter((one) => one.inode !== reference?.namespace.inode);
    if (reference === undefined) {
      const because =
        'there is nothing to compare with: neither the host nor this namespace was observed (--netns all)';
      return { findings: [], unknowns: [{ rule: 'namespace-sysctl-mismatch', missing: 'sysctls', because }] };
    }
    return {
      findings: others.flatMap((other) => judgeNamespace(reference, { observation, namespace: other })),
    };
  },
});

/** The host, else the observer's own namespace; of one that was not observed its parameters are enough. */
function referenceFor(view: RuleView): RuleView | undefined {
  const { namespace, observation } = view;
  if (namespace.initial || namespace.own) return view;
  const { reference } = observation.host;
  if (!reference) return undefined;
  const { inode, initial, sysctls } = reference;
  return {
    observation,
    namespace: {
      ...namespace,
      inode,
      initial,
      own: true,
      names: initial ? ['host'] : [],
      sysctls: ok(sysctls),
    },
  };
}

interface Difference {
  readonly compared: ComparedSysctl;
  readonly here: string;
  readonly there: string;
  /** What feels it now, in words; undefined when nothing does. */
  readonly bound: string | undefined;
}

/** `reference` is the host (or the observer's own namespace), `view` the namespace that is judged by it. */
function judgeNamespace(reference: RuleView, view: RuleView): readonly Finding[] {
  if (!isInUse(view.namespace)) return [];
  const { kernelRelease } = view.observation.host;
  const cut = cutListeners(reference, view);
  const differences = comparedSysctls.flatMap((compared): Difference[] => {
    const here = sysctl(reference, compared.name);
    const there = sysctl(view, compared.name);
    if (here === undefined || there === undefined) return [];
    const usual = sysctlDefault(compared.name, kernelRelease);
    if (!compared.isWorse(there, here, usual)) return [];
    return [{ compared, here, there, bound: boundBy(view, compared.name, there, cut) }];
  });
  return differences.length === 0 ? [] : [describe(reference, view, differences, cut)];
}

function isInUse(namespace: NamespaceObservation): boolean {
  const sockets = Object.values(readingValue(namespace.sockets)?.after.states ?? {});
  return (readingValue(namespace.listeners) ?? []).length > 0 || sockets.some((count) => count > 0);
}

/** Listeners whose queue is exactly as long as their namespace allows, while the reference allows more. */
function cutListeners(reference: RuleView, view: RuleView): readonly ListenerObservation[] {
  const here = Number(sysctl(reference, 'net.core.somaxconn'));
  const there = Number(sysctl(view, 'net.core.somaxconn'));
  if (!(there < here)) return [];
  return listenersOf(view).filter((one) => one.limitKnown && one.acceptQueue.after.limit === there);
}

/**
 * Programs that ask for as much as they can get always sit at the limit, so that being cut counts only where the limit is below
 * what kernels give today, or where the queue comes near it.
 */
function boundBy(
  view: RuleView,
  name: string,
  value: string,
  cut: readonly ListenerObservation[],
): string | undefined {
  const counted = (counter: string): number => counterRise(view, counter) ?? 0;
  if (name === 'net.core.somaxconn') {
    const feels = cut.find((listener) => Number(value) < 4096 || isNearlyFull(listener));
    return feels && `${listenerWithOwner(view, feels)} is cut to it`;
  }
  const cookiesOff = sysctl(view, 'net.ipv4.tcp_syncookies') === '0';
  const queueFull = counted('TcpExt.TCPReqQFullDrop');
  if (name === 'net.ipv4.tcp_syncookies' && cookiesOff && queueFull > 0) {
    return `${formatCount(queueFull)} SYNs were dropped in the window where the host would have sent cookies`;
  }
  const unexplained = counted('TcpExt.ListenDrops') - counted('TcpExt.ListenOverflows') - queueFull;
  if (name === 'net.ipv4.tcp_max_syn_backlog' && cookiesOff && unexplained > 0) {
    return `${formatCount(unexplained)} SYNs were dropped in the window by its three-quarters limit`;
  }
  return undefined;
}

function isNearlyFull({ queue, acceptQueue }: ListenerObservation): boolean {
  return Math.max(queue?.peak ?? 0, acceptQueue.after.length) > acceptQueue.after.limit * 0.8;
}

function describe(
  reference: RuleView,
  view: RuleView,
  differences: readonly Difference[],
  cut: readonly ListenerObservation[],
): Finding {
  const binding = differences.find((one) => one.bound !== undefined);
  const first = binding ?? differences[0];
  const name = first?.compared.name ?? '';
  const where = namespaceText(view);
  const host = `${reference.namespace.initial ? 'on' : 'in'} ${namespaceText(reference)}`;
  const victim = name === 'net.core.somaxconn' ? cut[0] : undefined;
  const others = differences.length - 1;
  const more = others > 0 ? `, and ${others} more ${others === 1 ? 'differs' : 'differ'}` : '';
  const bound = binding?.bound === undefined ? '' : `: ${binding.bound}`;
  return {
    id: 'namespace-sysctl-mismatch',
    severity: binding ? 'warning' : 'info',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: {
      namespace: view.namespace.names[0] ?? String(view.namespace.inode),
      sysctl: name,
      ...(victim ? listenerSubject(view, victim) : {}),
    },
    title: `${where} has ${name}=${first?.there} where it is ${first?.here} ${host}${bound}${more}`,
    explanation: `These parameters belong to a network namespace, and a new one starts with the kernel's defaults: nothing is inherited from the host, so that tuning the host does not tune its containers. ${differences.map(({ compared }) => compared.meaning).join(' ')}`,
    cause: {
      id: 'not-inherited',
      title: `${where} has its own TCP parameters, and those ${host} do not reach it`,
    },
    evidence: differences.map((difference) => evidenceFor(where, host, difference)),
    ruledOut: [],
    remedies: remediesFor(view, differences, binding?.compared.name),
    experiment: mismatchExperiment(name, first?.here ?? '', first?.there ?? ''),
  };
}

function evidenceFor(where: string, host: string, { compared, here, there, bound }: Difference): Evidence {
  const felt = bound === undefined ? '' : `; ${bound}`;
  return {
    source: 'sysctl',
    name: compared.name,
    value: there,
    unit: '',
    note: `${there} in ${where}, ${here} ${host}${felt}`,
  };
}

function remediesFor(
  view: RuleView,
  differences: readonly Difference[],
  bindingName: string | undefined,
): readonly Remedy[] {
  const restart: Remedy = {
    kind: 'application',
    summary: 'then restart the program in there: a listener keeps its limit until it listens again',
    command: '',
    effect: 'the accept queue gets the length the program asks for',
    risk: 'a restart resets the connections that wait in the queue',
  };
  return [
    {
      kind: 'sysctl',
      summary: 'set them inside the namespace',
      ...settingChange(view, {
        sysctls: Object.fromEntries(differences.map(({ compared, here }) => [compared.name, here])),
        why: 'the values that the host was tuned to',
      }),
      effect: 'at once for new connections, except somaxconn, which is read at the next listen()',
      risk: 'lost when the container is made anew',
    },
    ...(bindingName === 'net.core.somaxconn' ? [restart] : []),
    {
      kind: 'architecture',
      summary: `make it last where the container is defined: docker run --sysctl ${differences[0]?.compared.name}=..., compose "sysctls:", a pod's securityContext.sysctls (kubelet must allow it: --allowed-unsafe-sysctls)`,
      command: '',
      effect: 'every new container starts with them',
      risk: '',
    },
    {
      kind: 'none',
      summary:
        'sysctl or /etc/sysctl.d on the host changes nothing for containers with a network namespace of their own',
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
