import { expect, test } from 'vitest';
import { tableTexts } from '../../src/draw/tableTexts.ts';

test.each([
  [[0.108, -0.0086, 0.0531, -0.0049], 2, ['0.11', '−0.01', '0.05', '0']],
  [[15.62, -0.52, 0.04], 3, ['15.6', '−0.5', '0']],
  [[1234.5, -7.5, 0], 2, ['1235', '−8', '0']],
  [[9.96, 1], 2, ['10.0', '1.0']],
  [[0, 0], 3, ['0', '0']],
  [[-0.5], 2, ['−0.50']],
])('%j at %d digits', (values, digits, texts) => {
  expect(tableTexts(values, digits)).toEqual(texts);
});
