import { expect, test } from 'vitest';
import {
  methodIn,
  methodSource,
  readDocs,
  readMethod,
  typeset,
} from '../../src/components/prose/methodSource.ts';
import { referencesIn } from '../../src/components/prose/references.ts';
import { methodIds } from '../../src/engine/methods/index.ts';

const code = `/**
 * Something before.
 */
const epsilon = 1;

/**
 * L = sum_k alpha_k A^k,
 * in target units.
 * \`details\`: \`alpha\` \`[C]\`.
 *
 * Source: Somebody 2020, arXiv:2001.00001; a library
 * does otherwise.
 * @throws {EngineError} \`invalid-option\` for a layer that is not pooled
 */
export const someCam = defineCam({
  id: 'some-cam',
`;

test('a docstring is taken apart into what it is about', () => {
  expect(readMethod(code)).toEqual({
    id: 'some-cam',
    docs: {
      definition: 'L = sum_k alpha_k A^k, in target units.',
      details: '`details`: `alpha` `[C]`.',
      source: 'Somebody 2020, arXiv:2001.00001; a library does otherwise.',
      refuses: 'a layer that is not pooled',
    },
  });
  expect(readMethod('export const size = 3;')).toBeUndefined();
  expect(readDocs(' One sentence. ')).toMatchObject({ definition: 'One sentence.', source: '' });
});

test('formulas are set, code stays code, and nothing becomes markup by accident', () => {
  expect(typeset('sum_k alpha_k A^k')).toBe('Σ<sub>k</sub> α<sub>k</sub> A<sup>k</sup>');
  expect(typeset('d s_c / d A^k')).toBe('∂ s<sub>c</sub> / ∂ A<sup>k</sup>');
  expect(typeset('(g_i - mean)^2, g_i^2')).toBe(
    '(g<sub>i</sub> − mean)<sup>2</sup>, g<sub>i</sub><sup>2</sup>',
  );
  expect(typeset('g (x > 0) and `KPCA_CAM`')).toBe('g (x &gt; 0) and <code>KPCA_CAM</code>');
  expect(typeset('B(s_k+1), p_j, S_max')).toBe('B(s<sub>k+1</sub>), p<sub>j</sub>, S_max');
  expect(typeset('arXiv:1312.6034.')).toBe(
    '<a href="https://arxiv.org/abs/1312.6034">arXiv:1312.6034</a>.',
  );
});

test.each(methodIds)('%s has a formula and a source', (id) => {
  const { file, docs } = methodSource(id);
  expect(methodIn(file)).toBe(id);
  expect(docs.definition.length).toBeGreaterThan(40);
  expect(docs.source).not.toBe('');
});

test('what is not a method is none', () => {
  expect(methodIn('src/engine/methods/notes.ts')).toBeUndefined();
  expect(() => methodSource('nothing')).toThrow('unknown method: "nothing"');
});

test('papers that the chapter cites are found by their preprint or their title', () => {
  const keysIn = (id: string) => referencesIn(methodSource(id).docs.source).map(({ key }) => key);
  expect(keysIn('grad-cam')).toEqual(['selvaraju2017']);
  expect(keysIn('integrated-gradients')).toEqual(['sundararajan2017']);
  expect(keysIn('deconvnet')).toEqual(['zeiler2014']);
  expect(keysIn('ablation-cam')).toEqual(['ramaswamy2020']);
  expect(keysIn('layer-cam')).toEqual(['jiang2021']);
  expect(keysIn('guided-x-input')).toEqual(['springenberg2014', 'shrikumar2016']);
  expect(keysIn('random-cam')).toEqual([]);
});
