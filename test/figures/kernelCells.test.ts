import { describe, expect, it } from 'vitest';
import { kernelStarts } from '../../src/client/choices.ts';
import type { FieldName } from '../../src/client/fields.ts';
import { initialValue } from '../../src/client/state.ts';
import {
  amountOf,
  balanced,
  colourOf,
  decodeCells,
  encodeCells,
  inColour,
  isIn,
  kernelCells,
  ownColour,
  painted,
  partIn,
  resized,
  type KernelSettings,
} from '../../src/components/figures/kernelCells.ts';
import { settingNames } from '../../src/components/figures/kernelEditor.ts';
import { kernelKinds } from '../../src/draw/kernels.ts';

function settings(changes: Partial<KernelSettings> = {}): KernelSettings {
  const initial = settingNames.map((name) => [name, initialValue(`kernel.${name}` as FieldName)]);
  return { ...(Object.fromEntries(initial) as KernelSettings), ...changes };
}

const sobel = [-0.5, 0, 0.5, -1, 0, 1, -0.5, 0, 0.5];
const values = (cells: ArrayLike<number>) => Array.from(cells, (w) => Number(w.toFixed(4)) + 0);

describe('colours', () => {
  it.each([
    ['grey', '', [1, 1, 1]],
    ['red-green', '', [1, -1, 0]],
    ['blue-yellow', '', [-0.5, -0.5, 1]],
    ['tint', '#ff0000', [1, -1, -1]],
    ['tint', '#bf7f7f', [1, -0.0079, -0.0079]],
    ['tint', '#808080', [1, 1, 1]],
    ['tint', 'nonsense', [1, 1, 1]],
  ] as const)('%s %s weighs the channels so', (colour, tint, expected) => {
    expect(values(colourOf({ colour, tint }))).toEqual(expected);
  });

  it('a plane in a colour has one plane for each channel, and gives its amounts back', () => {
    const cells = inColour([1, -0.5], [1, -1, 0]);
    expect(values(cells)).toEqual([1, -0.5, -1, 0.5, 0, 0]);
    expect([...amountOf(cells, [1, -1, 0])]).toEqual([1, -0.5]);
    // (1 * -0.5 + 1 * 0.5) / 1.5 = 0: red-green has nothing of blue-yellow.
    expect(values(amountOf(cells, [-0.5, -0.5, 1]))).toEqual([0, 0]);
  });

  it('the grey part of a red cell is a third of it on every channel', () => {
    const red = Float32Array.of(0.9, 0, 0);
    expect(values(partIn(red, [1, 1, 1]))).toEqual([0.3, 0.3, 0.3]);
    expect(isIn(red, [1, 1, 1])).toBe(false);
    expect(isIn(red, [1, 0, 0])).toBe(true);
  });

  it('finds the one colour of a kernel, whatever its sign, and none where there are several', () => {
    expect(ownColour(inColour([0.2, -0.8], [-0.5, -0.5, 1]))).toEqual([-0.5, -0.5, 1]);
    expect(ownColour(Float32Array.of(1, 0, 0, 1, 0, 0))).toBeUndefined();
    expect(ownColour(new Float32Array(27))).toBeUndefined();
  });
});

describe('painting', () => {
  const blank = new Float32Array(27);

  it('covers what a cell held, on all channels', () => {
    const red = painted(blank, 4, 0.5, [1, -1, 0]);
    expect([red[4], red[13], red[22]]).toEqual([0.5, -0.5, 0]);
    const grey = painted(red, 4, -1, [1, 1, 1]);
    expect([grey[4], grey[13], grey[22]]).toEqual([-1, -1, -1]);
    expect(blank.every((weight) => weight === 0)).toBe(true);
  });

  it('balancing takes each channel its mean, and stays within 1', () => {
    const cells = balanced(Float32Array.of(1, 1, 1, 1, -1, -1, 0, 0, 0));
    // The second channel's 4/3 and twice -2/3 shrink to fit.
    expect(values(cells)).toEqual([0, 0, 0, 1, -0.5, -0.5, 0, 0, 0]);
  });

  it('balanced weights stay so in an address', () => {
    const cells = Float32Array.from({ length: 147 }, (_, i) => Math.sin(i * i) / 2);
    const kept = decodeCells(encodeCells(balanced(cells)), 7)!;
    for (let c = 0; c < 3; c++) {
      const plane = kept.subarray(c * 49, (c + 1) * 49);
      expect(plane.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 5);
      const mean = cells.subarray(c * 49, (c + 1) * 49).reduce((a, b) => a + b, 0) / 49;
      const shift = plane.map((weight, i) => Math.abs(weight - (cells[c * 49 + i]! - mean)));
      // Half a step by rounding, and one step back for some.
      expect(Math.max(...shift)).toBeLessThan(0.0151);
    }
  });

  it('a smaller side keeps the middle, a larger one gets a margin', () => {
    const seven = Float32Array.from({ length: 147 }, (_, i) => (i % 49) / 100);
    const three = resized(seven, 3);
    expect(values(three.subarray(0, 9))).toEqual([
      0.16, 0.17, 0.18, 0.23, 0.24, 0.25, 0.3, 0.31, 0.32,
    ]);
    const back = resized(three, 7);
    expect(back[24]).toBeCloseTo(0.24, 6);
    expect(back[15]).toBe(0);
  });
});

describe('a kernel in an address', () => {
  const mixed = Float32Array.from({ length: 147 }, (_, i) => Math.round(100 * Math.sin(i)) / 100);

  it('comes back to the hundredth, at either side, in one colour or several', () => {
    for (const cells of [mixed, inColour(sobel, [1, 1, 1]), inColour(sobel, [1, -1, 0])]) {
      const size = cells.length === 147 ? 7 : 3;
      expect(values(decodeCells(encodeCells(cells), size)!)).toEqual(values(cells));
    }
  });

  it('is short: 12 letters for a grey 3x3, 196 for the largest', () => {
    expect(encodeCells(inColour(sobel, [1, 1, 1]))).toBe('MmSWAGTIMmSW');
    expect(encodeCells(mixed)).toHaveLength(196);
  });

  it.each(['', 'MmSWAGTIMmS', 'MmSWAGTIMmSWAGTI', '////////////', '____________', 'x', '%00'])(
    'is refused where it is none: "%s"',
    (text) => {
      expect(decodeCells(text, 3)).toBeUndefined();
    },
  );

  it('is refused at the other side', () => {
    expect(decodeCells(encodeCells(mixed), 3)).toBeUndefined();
  });
});

describe('the kernel that the settings name', () => {
  it('is drawn in its colour with 1 for its largest weight', () => {
    const cells = kernelCells(settings({ size: '3', start: 'sobel' }), undefined)!;
    expect(values(cells)).toEqual([...sobel, ...sobel, ...sobel]);
    const coloured = kernelCells(
      settings({ size: '3', start: 'sobel', colour: 'red-green' }),
      undefined,
    )!;
    expect(values(coloured.subarray(9, 18))).toEqual(values(sobel.map((weight) => -weight)));
  });

  it('is what was painted, turned, whatever it started from', () => {
    const cells = encodeCells(inColour(sobel, [1, 1, 1]));
    const turned = kernelCells(settings({ size: '3', start: 'blur', cells, angle: 90 }), undefined);
    // Light on the right goes to the top.
    expect(values(turned!.subarray(0, 9))).toEqual([0.5, 1, 0.5, 0, 0, 0, -0.5, -1, -0.5]);
  });

  it('is the learned filter, scaled, once its weights are there', () => {
    const wanted = settings({ size: '3', start: 'learned', angle: 0 });
    expect(kernelCells(wanted, undefined)).toBeUndefined();
    const filter = Float32Array.from({ length: 27 }, (_, i) => (i === 5 ? -0.2 : 0.1));
    const cells = kernelCells(wanted, filter)!;
    expect([cells[4], cells[5]]).toEqual([0.5, -1]);
  });

  it('is finite for every start, at both sides, and never above 1', () => {
    for (const start of kernelStarts)
      for (const size of ['3', '7'] as const) {
        if (start === 'learned') continue;
        const cells = kernelCells(settings({ start, size }), undefined)!;
        expect(cells.every((weight) => Math.abs(weight) <= 1)).toBe(true);
        expect(cells).toHaveLength(3 * Number(size) ** 2);
      }
  });
});

it('every kernel drawn by hand is a start that an address can name', () => {
  expect(kernelStarts).toEqual([...kernelKinds, 'learned']);
});
