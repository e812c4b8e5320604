import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/repository.ts';

const { labels, ...provenance } = JSON.parse(
  readFileSync(join(root, 'public/labels/imagenet1k.json'), 'utf8'),
) as { labels: string[] } & Record<string, string>;

test('there are a thousand labels, each of its own, in the order of the challenge', () => {
  expect(labels).toHaveLength(1000);
  expect(new Set(labels).size).toBe(1000);
  const known = {
    0: 'tench',
    1: 'goldfish',
    207: 'golden retriever',
    217: 'English springer',
    282: 'tiger cat',
    482: 'cassette player',
    491: 'chain saw',
    497: 'church',
    566: 'French horn',
    569: 'garbage truck',
    571: 'gas pump',
    574: 'golf ball',
    701: 'parachute',
    999: 'toilet tissue',
  };
  for (const [index, label] of Object.entries(known)) expect(labels[Number(index)]).toBe(label);
});

test('the list says where it comes from', () => {
  expect(provenance).toMatchObject({
    source: expect.stringContaining('@tensorflow-models/mobilenet'),
    licence: 'Apache-2.0',
  });
});
