import type { ConfigChange } from '../../tcp/tune-plan.ts';
import { applyEdit } from '../servers/apply-edit.ts';
import { configBytes, configText } from '../servers/config-text.ts';
import type { ApplyRequest, Step } from './apply-plan.ts';
import { checkConfiguration } from './check-configuration.ts';
import { filePrepared } from './file-prepared.ts';
import { editedFile } from './refuse-plan.ts';
import { type FileStep, readIfThere, StepError, sha256Of } from './write-step.ts';

interface EditedFile {
  readonly sha256: string;
  /** Lines that were inserted, in the numbers of the plan. */
  readonly inserted: readonly number[];
  /** Whole lines as they are now, by their number in the plan. */
  readonly lines: ReadonlyMap<number, string>;
}

/** What this run has made of files until now: a plan may edit several lines of one, each as it was when the plan was made. */
export type EditedFiles = Map<string, EditedFile>;

export function configStep(
  change: ConfigChange,
  { journal, root, checkpoint = () => {} }: ApplyRequest,
  edited: EditedFiles,
): Step {
  const file = editedFile(change, root);
  return {
    changes: [change.id],
    what: change.file,
    prepare: (number) => {
      const earlier = edited.get(file);
      // Two listeners that one line sets the backlog of.
      if (earlier?.lines.get(change.edit.line) === change.edit.after) return undefined;
      const present = readIfThere(file);
      const found = present === undefined ? null : sha256Of(present);
      if (found !== (earlier?.sha256 ?? change.sha256))
        throw new StepError('it has changed since the plan was made: plan again');
      const before = present ?? Buffer.alloc(0);
      const after = applyEdit(configText(before), moved(change, earlier));
      if (after === undefined) throw new StepError(`line ${change.edit.line} is not what the plan saw`);
      const content = configBytes(after, before);
      let said =
        root === undefined ? `${change.title} has no check of its own` : 'not checked: an image runs nothing';
      const check = (draft: string): void => {
        if (root !== undefined) return;
        const inside = draft.slice(change.root.length);
        const command = checkConfiguration(change, inside, change.file);
        if (command !== undefined) said = `${command} takes it`;
      };
      const step: FileStep = {
        what: 'configuration',
        file,
        shown: change.file,
        content,
        below: root,
        check,
      };
      return filePrepared(journal, number, step, checkpoint, () => {
        edited.set(file, afterEdit(change, sha256Of(content), earlier));
        return said;
      });
    },
  };
}

function moved({ file, edit }: ConfigChange, earlier: EditedFile | undefined) {
  const above = earlier?.inserted.filter((line) => line <= edit.line).length ?? 0;
  return { file, ...edit, line: edit.line + above };
}

function afterEdit({ edit }: ConfigChange, sha256: string, earlier: EditedFile | undefined): EditedFile {
  return {
    sha256,
    inserted: [...(earlier?.inserted ?? []), ...(edit.insert ? [edit.line] : [])],
    lines: new Map([...(earlier?.lines ?? []), [edit.line, edit.after]]),
  };
}
