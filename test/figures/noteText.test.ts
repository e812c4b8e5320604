import { expect, test } from 'vitest';
import { noteText } from '../../src/components/figures/noteText.ts';
import type { Note } from '../../src/worker/protocol.ts';

const cases: ReadonlyArray<readonly [Note, string]> = [
  [
    { code: 'all-negative', min: -3.21, max: -0.4 },
    'Nothing but zeros, and rightly so: no position speaks for the logit of cat. Before the ReLU the map runs from −3.21 to −0.4.',
  ],
  // Numbers that differ are told apart.
  [{ code: 'all-negative', min: -1.0001, max: -1.0002 }, 'from −1.0001 to −1.0002.'],
  [{ code: 'zero-gradient' }, 'Blank, because the logit of cat does not depend on this layer'],
  [{ code: 'zero-activation' }, 'every unit of this layer is silent'],
  [{ code: 'zero-map' }, 'cancels exactly'],
  [{ code: 'constant-map', value: 0.25 }, 'The map is 0.25 everywhere'],
  [
    { code: 'saturated-softmax', probability: 0.9999, slope: 0.0001 },
    'The probability is > 99.9 % and hardly moves any more: this is the logit’s pull made 10000 times weaker',
  ],
  [{ code: 'uncertain-sign', min: -1, max: 1.1 }, 'its two ends, −1 and 1.1,'],
  [{ code: 'zero-divisor', count: 1 }, 'One channel has the weight 0'],
  [{ code: 'zero-divisor', count: 7 }, '7 channels have the weight 0'],
];

test.each(cases)('$code is put in words', (note, words) => {
  expect(noteText(note, 'the logit of cat')).toContain(words);
});
