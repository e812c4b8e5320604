import { expect, test } from 'vitest';
import {
  drawnMap,
  legendNote,
  mapOver,
  signedSum,
  unitText,
  type MapDrawing,
} from '../../src/components/figures/attributionMap.ts';
import { photographSize } from '../../src/components/figures/photograph.ts';
import { blankRaster } from '../../src/draw/raster.ts';

const drawing: MapDrawing = { colormap: 'greys', clip: 100, blur: 0, signs: 'signed' };
const row = (...values: number[]) => ({
  shape: [1, values.length],
  data: Float32Array.from(values),
});

test('a map with signs has 0 in the middle of its colours', () => {
  const { range, colormap, signed, raw } = drawnMap(row(-2, 0, 1), drawing);
  expect({ range, colormap, signed, raw }).toEqual({
    range: [-2, 2],
    colormap: 'diverging',
    signed: true,
    raw: [-2, 1],
  });
});

test('a map on one side begins at 0, unless all of it is far from there', () => {
  expect(drawnMap(row(0.1, 1, 4), drawing).range).toEqual([0, 4]);
  expect(drawnMap(row(5, 6, 7), drawing)).toMatchObject({ range: [5, 7], signed: false });
  expect(drawnMap(row(-7, -6, -5), drawing)).toMatchObject({ range: [-7, -5], signed: false });
});

test('where most of a map is 0, the clip gives way to the largest value', () => {
  const values = new Array<number>(200).fill(0);
  values[7] = 3;
  expect(drawnMap(row(...values), { ...drawing, clip: 90 }).range).toEqual([0, 3]);
});

test('a map of zeros has no range, and is drawn', () => {
  const { range, signed, image } = drawnMap(row(0, 0), drawing);
  expect(range).toEqual([0, 0]);
  expect(signed).toBe(false);
  expect([...image.rgba]).toEqual([0, 0, 0, 255, 0, 0, 0, 255]);
});

test('over a photograph, a map with signs shows only where it is not 0', () => {
  const base = blankRaster(photographSize, photographSize, [100, 100, 100, 255]);
  const over = mapOver(base, drawnMap(row(-1, 0, 1), drawing), 1);
  const at = (x: number) => [...over.rgba.subarray(4 * x, 4 * x + 3)];
  expect(at(photographSize / 2)).toEqual([100, 100, 100]);
  const [red, , blue] = at(photographSize - 1) as [number, number, number];
  expect(red).toBeGreaterThan(2 * blue);
});

test('the signed sum takes what was reduced, times the weights of the place', () => {
  const channels = { shape: [1, 2, 1, 2], data: Float32Array.of(1, -2, -4, 5) };
  expect(signedSum({ map: row(0, 0), details: {} })).toBeUndefined();
  const gradient = { ...channels, data: new Float32Array(4) };
  expect([...signedSum({ map: row(0, 0), details: { channels, gradient } })!.data]).toEqual([
    -3, 3,
  ]);
  const weights = row(2, 0);
  expect([
    ...signedSum({ map: row(0, 0), details: { gradient: channels, weights } })!.data,
  ]).toEqual([-6, 0]);
});

test('the legend owns up to what was done for the eye', () => {
  expect(legendNote({ raw: [-1, 2] }, drawing)).toBe('not clipped; raw values −1 to 2');
  expect(legendNote({ raw: [0, 2] }, { ...drawing, clip: 99.5, blur: 1.5 })).toBe(
    'clipped at percentile 99.5, blurred for display with σ = 1.5 pixels; raw values 0 to 2',
  );
});

test('units are those of what is explained', () => {
  const unit = 'target units per unit of normalised input (squared for squares and variance)';
  expect(unitText(unit, 'difference')).toBe('logit difference per unit of input');
  expect(unitText(unit, 'logit', false)).toBe(
    'logit per unit of input (squared for squares and variance)',
  );
});
