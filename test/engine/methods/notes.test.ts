import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/engine/methods/method.ts';
import { notesOn, rangeOf } from '../../../src/engine/methods/notes.ts';

const row = (...values: number[]) => ({
  shape: [1, values.length],
  data: Float32Array.from(values),
});
const evidence = (parts: Partial<Evidence>): Evidence => ({
  map: row(0, 0),
  details: {},
  layer: undefined,
  target: { class: 0, value: 0 },
  logits: row(0, 0),
  ...parts,
});
const logit = { kind: 'logit', class: 0 } as const;
const probability = { kind: 'probability', class: 0 } as const;

describe('notes', () => {
  it('there is nothing to say about a map with values', () => {
    expect(notesOn(evidence({ map: row(0, 2) }), logit)).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, unknown]>([
    ['a map that its ReLU emptied', { details: { signed: row(-1, -3) } }, [{ code: 'all-negative', min: -3, max: -1 }]],
    ['a gradient of zeros', { details: { gradient: row(0, 0, 0) } }, [{ code: 'zero-gradient' }]],
    ['weights of zeros', { details: { alpha: row(0), signed: row(0, 0) } }, [{ code: 'zero-gradient' }]],
    ['a silent layer', { details: { activation: row(0), alpha: row(1) } }, [{ code: 'zero-activation' }]],
    ['no reason known', { details: { alpha: row(1), signed: row(0, 0) } }, [{ code: 'zero-map' }]],
    ['a value everywhere', { map: row(2, 2) }, [{ code: 'constant-map', value: 2 }]],
    ['what the method itself found', { map: row(0, 1), notes: [{ code: 'zero-divisor', count: 4 }] }, [{ code: 'zero-divisor', count: 4 }]],
    ['a map of zeros whose method knows why', { notes: [{ code: 'all-negative', min: -2, max: -1 }] }, [{ code: 'all-negative', min: -2, max: -1 }]],
  ])('%s', (_, parts, expected) => {
    expect(notesOn(evidence(parts), logit)).toEqual(expected);
  }); // prettier-ignore

  it('a softmax that is all but sure hides the logit', () => {
    const sure = evidence({ map: row(0, 1), logits: row(Math.log(9999), 0) });
    expect(notesOn(sure, logit)).toEqual([]);
    const [note] = notesOn(sure, probability);
    expect(note).toMatchObject({ code: 'saturated-softmax' });
    expect((note as { probability: number }).probability).toBeCloseTo(0.9999, 6);
    expect((note as { slope: number }).slope).toBeCloseTo(0.9999 * 0.0001, 6);
    expect(notesOn(evidence({ map: row(0, 1) }), probability)).toEqual([]);
  });

  it('the range is that before the ReLU', () => {
    const parts = { map: row(0, 2), details: { signed: row(-4, 2) } };
    expect(rangeOf(evidence(parts))).toEqual({ min: -4, max: 2 });
    expect(rangeOf(evidence({ map: row(1, 2) }))).toEqual({ min: 1, max: 2 });
  });
});
