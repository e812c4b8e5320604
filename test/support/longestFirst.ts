import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of tests that take a minute or so, the longest first. What begins last should be short, or one
 * worker waits for the other at the end; without a cache Vitest can only go by the size of a file.
 */
const long = [
  'browser/parity',
  'engine/methodGoldensResnet',
  'browser/site.webgpu',
  'browser/site.narrow',
  'browser/site.figures',
  'browser/site.static',
  'browser/site.plain',
  'browser/models',
  'conformance/architectures',
  'engine/lenses/conventions',
  'engine/goldens',
  'browser/featureMaps',
  'browser/filterWall',
  'browser/acrossLenses',
  'conformance/methods',
  'engine/pictureLogits',
  'engine/methods/gradientMethods',
  'engine/methodGoldens',
];

const place = ({ moduleId }: TestSpecification) => {
  const index = long.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return index < 0 ? long.length : index;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
