import { describe, expect, test } from 'vitest';
import { cutRegion } from '../../src/components/prose/sourceRegion.ts';

const source = `import x from 'y';
  // #region outer
  const a = 1;

  // #region inner
    const b = 2;
  // #endregion
  const c = 3;
  // #endregion
// #region open
const d = 4;
`;

describe('a region of a source file', () => {
  test('loses its common indentation and the markers inside it', () => {
    expect(cutRegion(source, 'f.ts', 'outer')).toBe('const a = 1;\n\n  const b = 2;\nconst c = 3;');
    expect(cutRegion(source, 'f.ts', 'inner')).toBe('const b = 2;');
  });

  test('works in Python', () => {
    expect(cutRegion('# #region net\nx = 1\n# #endregion\n', 'f.py', 'net')).toBe('x = 1');
  });

  test('that is not there names those that are', () => {
    expect(() => cutRegion(source, 'f.ts', 'other')).toThrow(
      'unknown region: "other" in f.ts, which has outer, inner, open',
    );
  });

  test('that is never closed is refused', () => {
    expect(() => cutRegion(source, 'f.ts', 'open')).toThrow('has no #endregion');
  });
});
