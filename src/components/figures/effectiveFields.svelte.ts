import type { Bitmap, Unit, UnitGradient } from '../../worker/protocol.ts';
import { effectOf, keyText, type Effect, type EffectKey } from './receptiveField.ts';
import type { FigureSession } from './session.svelte.ts';

export interface MeasuredEffect extends Effect {
  readonly gradient: UnitGradient;
}

/** What remains of a measurement when its picture is gone. */
export interface MeasuredSize {
  /** Pixels. */
  readonly size: number;
  readonly unit: Unit;
}

/** So many are kept with their pictures. */
const kept = 24;

/** Measurements of one kind can be compared along the depth, whichever cell each was made at. */
function kindOf({ model, picture, layer, unit }: EffectKey): string {
  return [model, picture, unit.channel === 'all', layer].join(' ');
}

/** The effective fields that were computed on this page, so that none is computed twice in a row. */
export class EffectiveFields {
  private effects = $state.raw<Readonly<Record<string, MeasuredEffect>>>({});
  private sizes = $state.raw<Readonly<Record<string, MeasuredSize>>>({});
  private readonly session: FigureSession;

  constructor(session: FigureSession) {
    this.session = session;
  }

  of(key: EffectKey): MeasuredEffect | undefined {
    return this.effects[keyText(key)];
  }

  /** The effective field last measured at this layer, at whichever cell. */
  lastLike(key: EffectKey): MeasuredSize | undefined {
    return this.sizes[kindOf(key)];
  }

  /** Computes one; a later call makes this one void. */
  measure(key: EffectKey, view: Bitmap): void {
    this.session.run(key.picture, async (ask, picture) => {
      const gradient = await ask('unitGradient', { ...key, picture });
      const effect = { ...effectOf(view, gradient), gradient };
      const recent = Object.entries(this.effects).slice(1 - kept);
      this.effects = { ...Object.fromEntries(recent), [keyText(key)]: effect };
      this.sizes = { ...this.sizes, [kindOf(key)]: { size: effect.size, unit: key.unit } };
    });
  }
}
