import { expect, test } from 'vitest';
import {
  arithmetic,
  cellAt,
  channelMap,
  effectOf,
  effectText,
  fieldSquare,
  fieldText,
  insideShare,
  keyText,
  marginOf,
  onPicture,
  placeOf,
  resized,
  rowNamed,
  unitValue,
  type FieldData,
  type FieldRow,
} from '../../src/components/figures/receptiveField.ts';
import { isStill } from '../../src/draw/raster.ts';

function row(name: string, size: number, stride: number, start: number, cells: number): FieldRow {
  const before = { size: size - 4, stride: 2, start: start + 2 };
  return {
    name,
    type: 'Conv2d',
    window: { kernel: 3, stride: stride / 2, padding: 1 },
    before,
    after: { size, stride, start },
    cells,
  };
}

const rows = [row('a', 7, 2, -3, 112), row('b', 99, 8, -49, 28), row('c', 435, 32, -217, 7)];

/** Two channels of 2x2 cells over a grey picture of 4x4 pixels. */
const data = {
  view: { width: 4, height: 4, channels: 3, data: new Uint8Array(48).fill(100) },
  rows,
  layer: 'b',
  activations: { shape: [1, 2, 2, 2], data: Float32Array.of(0, 1, 2, 3, -4, 0, 8, 0) },
} as unknown as FieldData;

test('the figure begins at the deepest layer that sees at most half of the picture', () => {
  expect(rowNamed(rows, '', 224).name).toBe('b');
  expect(rowNamed(rows, 'c', 224).name).toBe('c');
  expect(rowNamed(rows, 'elsewhere', 32).name).toBe('a');
  expect(rowNamed(rows, '', 8).name).toBe('a');
});

test('a place stays in its cell when it is written and read', () => {
  expect(cellAt(0.5, 28)).toBe(14);
  expect(cellAt(1, 28)).toBe(27);
  expect(cellAt(0, 7)).toBe(0);
  expect(cellAt(-0.2, 7)).toBe(0);
  expect(cellAt(1.2, 7)).toBe(6);
  for (const cells of [4, 7, 14, 28, 56, 112])
    for (let cell = 0; cell < cells; cell++) expect(cellAt(placeOf(cell, cells), cells)).toBe(cell);
});

test('the square of a cell lies where the recursion puts it', () => {
  const square = fieldSquare(rows[1]!.after, { row: 14, column: 0 });
  expect(square).toEqual({ x: -49, y: 63, size: 99 });
  expect(onPicture(square, 224)).toEqual({ x: 0, y: 63, width: 50, height: 99 });
  expect(insideShare(square, 224)).toBeCloseTo(50 / 99, 12);
  expect(resized(square, 47)).toEqual({ x: -23, y: 89, size: 47 });
});

test('a square beyond the picture has no part on it', () => {
  expect(onPicture({ x: 230, y: 10, size: 5 }, 224)).toMatchObject({ width: 0 });
});

test('the arithmetic has the numbers of the layer before', () => {
  expect(arithmetic(rows[1]!)).toEqual({
    size: '95 + (3 − 1) · 2',
    jump: '4 · 2',
    start: '−47 − 1 · 2',
  });
});

test('sentences say what is seen and what lies outside', () => {
  const nbsp = (text: string) => text.replaceAll('_', '\u00a0');
  expect(fieldText({ x: 10, y: 10, size: 99 }, 224)).toBe(
    nbsp('can see 99_×_99 pixels, all of them in the picture'),
  );
  expect(fieldText({ x: -49, y: 10, size: 98 }, 224)).toBe(
    nbsp('can see 98_×_98 pixels, 50_% of them in the picture and the rest padding'),
  );
  expect(fieldText({ x: -121, y: -121, size: 435 }, 224)).toBe(
    nbsp('can see 435_×_435 pixels, more than the whole picture of 224_×_224'),
  );
  const square = { x: 0, y: 0, size: 99 };
  const effect = { overlay: { url: '', width: 1, height: 1 }, range: [0, 1], maximum: 1 } as const;
  expect(effectText({ ...effect, halfSize: 25, size: 47 }, square)).toBe(
    nbsp(
      'Half of what moves it lies in the middle 25_×_25, 95_% in the middle 47_×_47: 23_% of the area.',
    ),
  );
  expect(effectText({ ...effect, halfSize: 0, size: 0 }, square)).toBe(
    'No pixel moves it: a ReLU before it is shut.',
  );
});

test('the margin grows with the field, up to a bound', () => {
  expect(marginOf(rows[0]!, 224)).toBeCloseTo(0.04 * 224, 12);
  expect(marginOf(rows[1]!, 224)).toBe(49);
  expect(marginOf(rows[2]!, 224)).toBeCloseTo(0.6 * 224, 12);
});

test('a channel that is not there stands for the strongest', () => {
  expect(channelMap(data, -1)).toMatchObject({ channel: 1, strongest: 1, range: [-4, 8] });
  expect(channelMap(data, 0)).toMatchObject({ channel: 0, strongest: 1, shape: [2, 2, 2] });
  expect(channelMap(data, 2).channel).toBe(1);
});

test("a unit's value", () => {
  expect(unitValue(data, { channel: 1, row: 1, column: 0 })).toBe(8);
  expect(unitValue(data, { channel: 'all', row: 1, column: 0 })).toBeUndefined();
});

test('the picture is free where no gradient is, and covered where it is largest', () => {
  const magnitude = { shape: [4, 4], data: new Float32Array(16) };
  magnitude.data.set([2, 1], 5);
  const gradient = {
    magnitude,
    value: 1,
    field: rows[0]!.after,
    shares: new Float32Array(),
    halfSize: 1,
    size: 3,
  };
  const { overlay, range, maximum } = effectOf(data.view, gradient);
  // The 99th percentile of 1 and 2.
  expect(range[0]).toBe(0);
  expect(range[1]).toBeCloseTo(1.99, 6);
  expect(maximum).toBe(2);
  if (isStill(overlay)) throw new Error('expected a live raster');
  const pixel = (i: number) => [...overlay.rgba.subarray(4 * i, 4 * i + 4)];
  expect(pixel(0)).toEqual([100, 100, 100, 255]);
  // The last colour of inferno.
  expect(pixel(5)).toEqual([252, 255, 164, 255]);
  expect(pixel(6)).not.toEqual(pixel(0));
});

test('a gradient of nothing leaves the picture as it is', () => {
  const gradient = {
    magnitude: { shape: [4, 4], data: new Float32Array(16) },
    value: 0,
    field: rows[0]!.after,
    shares: new Float32Array(),
    halfSize: 0,
    size: 0,
  };
  const { overlay, range } = effectOf(data.view, gradient);
  expect(range).toEqual([0, 0]);
  if (isStill(overlay)) throw new Error('expected a live raster');
  expect([...new Set(overlay.rgba)]).toEqual([100, 255]);
});

test('answers about different units have different names', () => {
  const unit = { channel: 1, row: 2, column: 3 };
  const key = { model: 'm', picture: 'p', layer: 'l', unit };
  const others = [
    { ...key, model: 'm@untrained' },
    { ...key, picture: 'q' },
    { ...key, layer: 'k' },
    { ...key, unit: { ...unit, channel: 'all' as const } },
    { ...key, unit: { ...unit, row: 3, column: 2 } },
  ];
  expect(new Set([key, ...others].map(keyText)).size).toBe(6);
});
