import { prepareLab } from '../../lab/prepare-lab.ts';

/** Throws HalfopenError (exit 3) now where the laboratory cannot run on this host, and not after a window of watching. */
export function refuseWithoutLab(): void {
  prepareLab();
}
