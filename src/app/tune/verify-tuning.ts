import type { Clock } from '../../base/clock.ts';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { readRegularFile } from '../../kernel/files/read-regular-file.ts';
import { readHostIdentity } from '../../kernel/host/read-host-identity.ts';
import type { FoundNamespace } from '../../kernel/netns/find-namespaces.ts';
import type { Observation } from '../../tcp/observation.ts';
import { asContract } from '../../tcp/report.ts';
import type { ConfigChange, TunePlan } from '../../tcp/tune-plan.ts';
import type { VerifiedPlan } from '../../tcp/verified-plan.ts';
import { namespaceOfPlan } from '../../tuning/apply/namespace-of-plan.ts';
import { whyNotThisHost } from '../../tuning/apply/refuse-plan.ts';
import { presentSysctl } from '../../tuning/apply/write-step.ts';
import { configText } from '../../tuning/servers/config-text.ts';
import { verifyChanges, verifyFindings } from '../../tuning/verify/verify-changes.ts';
import { diagnoseHost } from '../diagnose-host.ts';

export interface VerifyRequest {
  readonly plan: TunePlan;
  readonly windowMs: number;
  readonly tool: Observation['tool'];
  readonly clock: Clock;
  readonly onProgress?: (share: number) => void;
  readonly stop?: AbortSignal;
}

/** Looks again, and compares with the plan. Throws HalfopenError for another host's plan, and where nothing can be seen. */
export async function verifyTuning({ plan, ...watch }: VerifyRequest): Promise<VerifiedPlan> {
  const here = readHostIdentity();
  const sameBoot = plan.host.bootId === here.bootId;
  // What was set in the initial namespace lasts over a boot.
  const asked = { ...plan, host: { ...plan.host, bootId: plan.host.bootId === null ? null : here.bootId } };
  const differences = whyNotThisHost(asked, here);
  if (differences.length > 0) throw otherHost(plan, differences);
  const found = new Map<number, FoundNamespace>();
  for (const planned of plan.namespaces) {
    const namespace = namespaceOfPlan(planned, sameBoot);
    if (namespace !== undefined) found.set(planned.inode, namespace);
  }
  if (plan.namespaces.length > 0 && found.size === 0)
    throw otherHost(plan, ['none of its network namespaces is there any more']);
  const [only] = found.values();
  const { report } = await diagnoseHost({
    ...watch,
    netns: found.size === 1 && only !== undefined ? String(only.inode) : 'all',
    ports: [],
    capture: 'auto',
    redact: false,
  });
  const contract = asContract(report);
  const seen = {
    report: contract,
    namespace: (inode: number) => contract.namespaces.find((one) => one.inode === found.get(inode)?.inode),
    sysctl: (inode: number, parameter: string) => {
      const namespace = found.get(inode);
      return namespace && presentSysctl(parameter, namespace.path, '/proc/sys');
    },
    lines: linesOf,
  };
  return {
    plan: plan.id,
    changes: verifyChanges(plan, seen),
    findings: verifyFindings(plan, seen),
  };
}

function linesOf({ root, file }: ConfigChange): readonly string[] | undefined {
  try {
    const bytes = readRegularFile(`${root}${file}`);
    return bytes && configText(bytes).split('\n');
  } catch {
    return undefined;
  }
}

function otherHost({ id }: TunePlan, differences: readonly string[]): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'verify plan',
    on: `${id} here`,
    said: differences.join('; '),
  });
}
