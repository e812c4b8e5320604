import { expect, test } from 'vitest';
import { litRule } from '../../src/components/prose/symbols.ts';

test('a symbol lights what has its name, a part of a figure lights symbols alone', () => {
  expect(litRule({ parts: 'alpha', from: 'formula' })).toBe(
    '[data-part~="alpha"]{--lit-line:solid;--lit-wash:var(--accent-soft)}',
  );
  expect(litRule({ parts: 'alpha sum', from: 'figure' })).toMatch(
    /^\.katex \[data-part~="alpha"\],\.katex \[data-part~="sum"\]\{/,
  );
  expect(litRule(undefined)).toBe('');
});
