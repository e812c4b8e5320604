import { fromStore } from 'svelte/store';
import type { FieldName, State } from '../../client/fields.ts';
import { field, initialValue } from '../../client/state.ts';
import { turnableKinds, type KernelKind } from '../../draw/kernels.ts';
import {
  amountOf,
  balanced,
  colourOf,
  encodeCells,
  inColour,
  isIn,
  kernelCells,
  kernelSize,
  ownColour,
  painted,
  partIn,
  resized,
  type Cells,
  type Colour,
  type KernelSettings,
  type KernelSize,
} from './kernelCells.ts';
import { settingNames } from './kernelEditor.ts';

type SettingName = keyof KernelSettings;
const fieldOf = (name: SettingName) => `kernel.${name}` as FieldName;
const setting = (name: SettingName) => field(fieldOf(name));
/** Of the settings, those that make the kernel: what undoing brings back. */
const drawing: readonly SettingName[] = settingNames.filter(
  (name) => name !== 'scale' && name !== 'show' && name !== 'means',
);
const longest = 100;

/** The kernel under the reader's hands: the fields of the address, what can be done to them, and undone. */
export class KernelState {
  private readonly stores = settingNames.map((name) => [name, fromStore(setting(name))] as const);
  private readonly learned: (index: number, size: KernelSize) => Float32Array | undefined;
  private history = $state.raw<readonly KernelSettings[]>([]);

  readonly settings: KernelSettings = $derived(
    Object.fromEntries(this.stores.map(([name, store]) => [name, store.current])) as KernelSettings,
  );
  readonly size: KernelSize = $derived(kernelSize(this.settings));
  /** Undefined while the weights that it starts from are on their way. */
  readonly cells: Cells | undefined = $derived.by(() =>
    kernelCells(this.settings, this.learned(this.settings.learned, this.size)),
  );
  readonly colour = $derived(colourOf(this.settings));
  /** Drawn by its parameters, not painted and not learned. */
  readonly isDrawn: boolean = $derived(
    this.settings.start !== 'learned' && this.settings.cells === '',
  );
  readonly canTurn: boolean = $derived(
    !this.isDrawn || turnableKinds.includes(this.settings.start as KernelKind),
  );
  /** Whether something in it is not in the colour chosen. */
  readonly hasOtherColours: boolean = $derived(
    this.cells !== undefined && !isIn(this.cells, this.colour),
  );
  /** The one colour that all of it is in, if it is in one. */
  readonly ownColour: Colour | undefined = $derived(this.cells && ownColour(this.cells));
  readonly canUndo: boolean = $derived(this.history.length > 0);

  /** @param learned the weights of a filter of the network for this side, where they are there */
  constructor(learned: (index: number, size: KernelSize) => Float32Array | undefined) {
    this.learned = learned;
  }

  set(changes: Partial<KernelSettings>): void {
    for (const [name, value] of Object.entries(changes))
      setting(name as SettingName).set(value as State[FieldName]);
  }

  /** What happens from here on can be undone at once. */
  remember(): void {
    const { settings, history } = this;
    const last = history.at(-1);
    if (last && drawing.every((name) => last[name] === settings[name])) return;
    this.history = [...history, settings].slice(-longest);
  }

  undo(): void {
    const last = this.history.at(-1);
    if (!last) return;
    this.history = this.history.slice(0, -1);
    for (const name of drawing) setting(name).set(last[name] as State[FieldName]);
  }

  /** Replaces the kernel by other cells, which are turned no further. */
  private replace(cells: Cells): void {
    this.set({ cells: encodeCells(cells), angle: 0 });
  }

  /** Lets `value` say how much of the brush's colour each of the cells named shall have, from what it has. */
  edit(which: readonly number[], value: (before: number) => number): void {
    let { cells } = this;
    if (!cells) return;
    const amounts = amountOf(cells, this.colour);
    for (const cell of which) {
      const amount = Math.max(-1, Math.min(1, value(amounts[cell]!)));
      cells = painted(cells, cell, amount, this.colour);
    }
    this.replace(cells);
  }

  start(kind: KernelKind): void {
    this.remember();
    const angle = this.isDrawn ? this.settings.angle : initialValue('kernel.angle');
    this.set({ start: kind, cells: '', angle });
  }

  startFromLearned(index: number): void {
    this.remember();
    this.set({ start: 'learned', learned: index, cells: '', angle: 0 });
  }

  /** Drawn kernels are drawn anew at the other side, others are cut to it or get a margin. */
  resize(size: KernelSize): void {
    const { cells, isDrawn } = this;
    this.remember();
    this.set({ size: String(size) as KernelSettings['size'] });
    if (isDrawn) return;
    // A filter of one network is none of the other's.
    this.set({ start: 'blank' });
    this.replace(resized(cells ?? new Float32Array(3), size));
  }

  /** Degrees of any number of turns to 0 to 360. */
  turn(angle: number): void {
    this.set({ angle: ((Math.round(angle) % 360) + 360) % 360 });
  }

  balance(): void {
    if (!this.cells) return;
    this.remember();
    this.replace(balanced(this.cells));
  }

  /** A kernel of one colour changes to the one chosen; of several, only that one's part is kept. */
  unify(): void {
    const { cells, colour, ownColour: own } = this;
    if (!cells) return;
    this.remember();
    this.replace(own ? inColour(amountOf(cells, own), colour) : partIn(cells, colour));
  }
}
