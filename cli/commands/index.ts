import { captureCommand } from './capture.ts';
import type { Command } from './command.ts';
import { explainCommand } from './explain.ts';
import { filtersCommand } from './filters.ts';
import { patchesCommand } from './patches.ts';
import { reportCardCommand } from './reportCard.ts';

/** Every command of `lens`, in the order of its help. */
export const commands: readonly Command[] = [
  captureCommand,
  explainCommand,
  filtersCommand,
  patchesCommand,
  reportCardCommand,
];
