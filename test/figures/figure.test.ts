import { expect, test } from 'vitest';
import { trueClass, type SiteFacts } from '../../src/components/figures/figure.ts';

const verdict = { predicted: 'dog', probability: 0.9 };
const picture = { id: 'kitten', title: 'Kitten', description: 'A kitten.', url: '', thumbUrl: '' };
const site = {
  base: '/',
  models: [],
  pictures: [
    {
      ...picture,
      verdicts: {
        lab: { ...verdict, shows: 'cat' },
        thousand: { ...verdict, shows: null },
      },
    },
  ],
} as unknown as SiteFacts;
const labels = ['dog', 'cat'];

test.each([
  ['kitten', 'lab', 1],
  ['kitten', 'lab@untrained', 1],
  ['kitten', 'thousand', undefined],
  ['kitten', 'own:1', undefined],
  ['own:1', 'lab', undefined],
])('the class that %s shows to %s is %s', (key, id, expected) => {
  expect(trueClass(site, key, { id, title: id, labels })).toBe(expected);
});
