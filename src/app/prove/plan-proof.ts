import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { allProofs } from '../../lab/proofs/all-proofs.ts';
import { findingFacts } from '../../lab/proofs/finding-facts.ts';
import type { LabChange, LabRemedy, Rebuilt } from '../../lab/proofs/finding-proof.ts';
import type { Finding, Remedy } from '../../tcp/finding.ts';
import type { Report } from '../../tcp/report.ts';
import { readSettings, type SettingValues } from '../../tcp/setting.ts';
import type { Family } from '../../tcp/socket.ts';
import { isHelpful, whyNotProvable } from '../../tcp/why-not-provable.ts';

/** Everything about a proof that can be said before it is played. */
export interface ProofPlan {
  readonly finding: Finding;
  readonly rebuilt: Rebuilt;
  /** Family of the listener or destination. */
  readonly family: Family;
  /** In the words of the report. */
  readonly proposed: string;
  readonly remedy: LabChange;
  readonly before: SettingValues;
  readonly after: SettingValues;
  readonly inVain: SettingValues | null;
  readonly scaled: readonly string[];
  readonly doesNotProve: readonly string[];
}

/** Throws HalfopenError (exit 3) where the laboratory cannot rebuild this finding, or cannot carry out any of its remedies. */
export function planProof(finding: Finding, report: Report, labKernel: string): ProofPlan {
  const why = whyNotProvable(finding);
  const proof = allProofs.find((one) => one.finding === finding.id);
  if (why !== undefined || proof === undefined)
    throw cannotProve(finding, why ?? 'nobody has written a proof for it');
  const facts = findingFacts(finding, report);
  const rebuilt = proof.rebuild(facts);
  const { proposed, carriedOut } = firstCarriedOut(finding, rebuilt);
  const remedy = carriedOut.change(statedNumber(proposed));
  const values = (set: SettingValues): SettingValues => settled(rebuilt, set);
  const inVain = rebuilt.inVain && isOther(rebuilt.set, rebuilt.inVain.set) ? rebuilt.inVain : undefined;
  return {
    finding,
    rebuilt,
    family: facts.family,
    proposed: proposed.summary,
    remedy,
    before: values(rebuilt.set),
    after: values({ ...rebuilt.set, ...remedy.set }),
    inVain: inVain ? values({ ...rebuilt.set, ...inVain.set }) : null,
    scaled: [...rebuilt.scaled, ...(remedy.scaled ?? [])],
    doesNotProve: [...(rebuilt.doesNotProve ?? []), ...otherKernel(report, labKernel)],
  };
}

/** The first remedy of the report that one of the laboratory's stands for. */
function firstCarriedOut(
  finding: Finding,
  { remedies }: Rebuilt,
): { readonly proposed: Remedy; readonly carriedOut: LabRemedy } {
  const helpful = finding.remedies.filter(isHelpful);
  for (const proposed of helpful) {
    const carriedOut = remedies.find(({ of }) => of.test(proposed.summary));
    if (carriedOut) return { proposed, carriedOut };
  }
  const proposals = helpful.map(({ summary }) => `"${summary}"`).join('; ');
  throw cannotProve(finding, `the laboratory has no parameter for any of its remedies: ${proposals}`);
}

/** "from 16 to 128", "sysctl -w name=128", "50 %": the number that is to be set. */
function statedNumber({ summary, command }: Remedy): number | undefined {
  const found =
    /from [\d,]+ to ([\d,]+)/.exec(summary)?.[1] ??
    /=(\d+)\b/.exec(command)?.[1] ??
    /(\d+) %/.exec(summary)?.[1];
  return found === undefined ? undefined : Number(found.replaceAll(',', ''));
}

function settled({ scenario }: Rebuilt, set: SettingValues): SettingValues {
  const texts = Object.entries(set).map(([name, value]) => `${name}=${value}`);
  return readSettings(scenario.settings, texts, `scenario ${scenario.name}`);
}

function isOther(set: SettingValues, change: SettingValues): boolean {
  return Object.entries(change).some(([name, value]) => set[name] !== value);
}

function otherKernel({ host }: Report, labKernel: string): readonly string[] {
  return host.kernelRelease === labKernel
    ? []
    : [
        `That Linux ${host.kernelRelease}, which the report is about, does the same: the laboratory ran on Linux ${labKernel}.`,
      ];
}

function cannotProve({ id }: Finding, because: string): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'prove',
    on: id,
    said: because,
    remedy: `halfopen explain ${id} says how to see it.`,
  });
}
