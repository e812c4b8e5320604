import { expect, test } from 'vitest';
import {
  balances,
  balanceText,
  ledgerLayers,
  ledgerText,
  ledgerView,
  lineName,
  loadLedger,
  type LedgerData,
} from '../../src/components/figures/evidenceLedger.ts';
import { linearHead } from '../../src/components/figures/classifierHead.ts';
import type { Ask } from '../../src/worker/protocol.ts';
import { greyPicture } from '../support/greyPicture.ts';
import { smallDescription } from '../support/models.ts';

const model = smallDescription();

/** Two channels of 1x3, worth (1, 1, 1) and (-2, -2, -2): cells 4-2, 0-2, 1+0; channels 5, -4. */
const data: LedgerData = {
  model,
  picture: greyPicture,
  layer: 'features.5',
  activations: { shape: [1, 2, 1, 3], data: Float32Array.of(4, 0, 1, 1, 1, 0) },
  worth: { shape: [1, 2, 1, 3], data: Float32Array.of(1, 1, 1, -2, -2, -2) },
  source: 'head',
  bias: 0.5,
  logits: [1.5, 0],
  targetClass: 0,
};
const drawing = { rows: 'cells', sort: 'contribution', open: -1, opacity: 0.5 } as const;
const lines = (view: { lines: ReadonlyArray<{ index: number; value: number; running: number }> }) =>
  view.lines.map(({ index, value, running }) => [index, value, running]);

test('cells add up to the logit minus the bias, line by line', () => {
  const view = ledgerView(data, drawing);
  expect(lines(view)).toEqual([
    [0, 2, 2],
    [2, 1, 3],
    [1, -2, 1],
  ]);
  expect(view).toMatchObject({ total: 1, bias: 0.5, logit: 1.5, residual: 0, range: [-2, 2] });
  expect(view.cells).toEqual([2, -2, 1]);
  expect(view.open).toEqual({
    index: 0,
    parts: [
      { index: 0, value: 4 },
      { index: 1, value: -2 },
    ],
    rest: { count: 0, value: 0 },
  });
  expect(lineName(view, 2)).toBe('row 0, column 2');
  expect(balances(view)).toBe(true);
  expect(ledgerText(view)).toBe(
    'What the 3 cells of features.5 add to the logit of class 0: 1 in all, most from row 0, column 0 with 2',
  );
});

test('channels add up to the same, and the picture shows the one that is unfolded', () => {
  const view = ledgerView(data, { ...drawing, rows: 'channels', sort: 'index', open: 1 });
  expect(lines(view)).toEqual([
    [0, 5, 5],
    [1, -4, 1],
  ]);
  expect(view.cells).toEqual([-2, -2, -0]);
  expect(view.open.parts).toEqual([
    { index: 0, value: -2 },
    { index: 1, value: -2 },
    { index: 2, value: -0 },
  ]);
  expect(lineName(view, 1)).toBe('channel 1');
});

test('by size, what is against comes before what is small', () => {
  expect(ledgerView(data, { ...drawing, sort: 'size' }).lines.map(({ index }) => index)).toEqual([
    0, 1, 2,
  ]);
  // A link's line that there is not gives way to the first.
  expect(ledgerView(data, { ...drawing, open: 3 }).open.index).toBe(0);
});

test('of many parts the largest are named and the others are one', () => {
  const channels = 10;
  const many: LedgerData = {
    ...data,
    activations: {
      shape: [1, channels, 1, 1],
      data: Float32Array.from({ length: channels }, (_, k) => k),
    },
    worth: { shape: [1, channels, 1, 1], data: new Float32Array(channels).fill(1) },
  };
  const { open } = ledgerView(many, drawing);
  expect(open.parts.map(({ index }) => index)).toEqual([9, 8, 7, 6, 5, 4]);
  expect(open.rest).toEqual({ count: 4, value: 0 + 1 + 2 + 3 });
});

test('where constants are added above the layer, the gap is shown with its reason', () => {
  const view = ledgerView({ ...data, source: 'gradient', logits: [4, 0] }, drawing);
  expect(view.residual).toBe(2.5);
  expect(balances(view)).toBe(false);
  expect(balanceText(view)).toContain('the books do not balance: 2.5 is missing');
  expect(balanceText(ledgerView({ ...data, source: 'gradient' }, drawing))).toContain(
    'the books balance here as well',
  );
});

test('layers of too many cells have no ledger', () => {
  const wide = smallDescription(64);
  expect(ledgerLayers(wide)).toEqual(['features.3', 'features.4', 'features.5']);
  expect(ledgerLayers(model)).toHaveLength(6);
});

test('a head is linear if a pooling and one linear layer end the network', () => {
  expect(linearHead(model.modules)?.name).toBe('head');
  expect(linearHead(model.modules.filter(({ type }) => type !== 'Linear'))).toBeUndefined();
});

test.each([
  ['', 'features.5', 'head'],
  ['features.4', 'features.4', 'gradient'],
  ['features.4.1', 'features.5', 'head'],
] as const)('a link to the layer "%s" shows %s by its %s', async (layer, shown, source) => {
  const shape = [1, 2, 1, 2];
  const tensor = { shape, data: Float32Array.of(1, 2, 3, 4) };
  const answers: Record<string, unknown> = {
    describe: model,
    capture: {
      activations: { [shown]: tensor },
      gradients: { [shown]: tensor },
      logits: [0, 1],
      target: { class: 1, value: 1 },
    },
  };
  const ask = ((kind: string, params: { name?: string }) => {
    if (kind !== 'parameter') return Promise.resolve(answers[kind]);
    const weights = Float32Array.of(5, 6, 8, -2);
    return Promise.resolve(
      params.name === 'head.weight'
        ? { shape: [2, 2], data: weights }
        : { shape: [2], data: Float32Array.of(0, 0.25) },
    );
  }) as unknown as Ask;
  const subject = { picture: data.picture, target: { kind: 'logit', class: 1 } } as const;
  const found = await loadLedger(ask, subject, { model: 'small', layer });
  expect(found).toMatchObject({ layer: shown, source, bias: 0.25, targetClass: 1 });
  // The weights of class 1, divided by the two positions.
  expect([...found.worth.data]).toEqual(source === 'head' ? [4, 4, -1, -1] : [1, 2, 3, 4]);
});
