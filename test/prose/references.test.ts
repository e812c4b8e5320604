import { describe, expect, test } from 'vitest';
import { reference } from '../../src/components/prose/references.ts';

describe('a reference', () => {
  test('has its place in references.bib as its number, and short and full names', () => {
    const resnet = reference('he2016');
    expect(resnet.number).toBeGreaterThan(0);
    expect(resnet.shortAuthors).toBe('He et al.');
    expect(resnet.authors).toBe('K.\u00a0He, X.\u00a0Zhang, S.\u00a0Ren and J.\u00a0Sun');
    expect(resnet.title).toBe('Deep Residual Learning for Image Recognition');
    expect(resnet.year).toBe('2016');
  });

  test('of two authors names both', () => {
    expect(reference('zeiler2014').shortAuthors).toBe('Zeiler and Fergus');
  });

  test('of very many authors names three', () => {
    expect(reference('bricken2023').authors).toMatch(/^T\.\s\S+, A\.\s\S+, J\.\s\S+ et al\.$/);
  });

  test('that is not there names those that are', () => {
    expect(() => reference('nobody1900')).toThrow(/unknown reference: "nobody1900".*he2016/);
  });
});
