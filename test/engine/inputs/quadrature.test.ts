import { describe, expect, it } from 'vitest';
import { quadrature } from '../../../src/engine/inputs/quadrature.ts';

const integral = (f: (x: number) => number, rule: 'midpoint' | 'gauss-legendre', count: number) => {
  const { nodes, weights } = quadrature(rule, count);
  return nodes.reduce((sum, x, k) => sum + weights[k]! * f(x), 0);
};

describe('quadrature', () => {
  it('has the nodes of Gauss and Legendre', () => {
    const { nodes, weights } = quadrature('gauss-legendre', 3);
    const expected = [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)];
    expected.forEach((node, k) => expect(nodes[k]).toBeCloseTo(node, 15));
    [5 / 18, 8 / 18, 5 / 18].forEach((weight, k) => expect(weights[k]).toBeCloseTo(weight, 15));
    expect([...quadrature('gauss-legendre', 1).nodes]).toEqual([0.5]);
    expect(quadrature('gauss-legendre', 2).nodes[1]).toBeCloseTo(0.5 + 1 / Math.sqrt(12), 15);
  });

  it.each([1, 2, 7, 50, 300])('integrates x^(2n - 1) exactly with %i nodes', (count) => {
    const degree = 2 * count - 1;
    const found = integral((x) => x ** degree, 'gauss-legendre', count);
    expect(found * (degree + 1)).toBeCloseTo(1, 11);
    const { nodes } = quadrature('gauss-legendre', count);
    expect([...nodes]).toEqual([...nodes].sort((a, b) => a - b));
  });

  it('has the midpoints of equal parts, whose error falls with the square of their width', () => {
    const { nodes, weights } = quadrature('midpoint', 4);
    expect([...nodes]).toEqual([0.125, 0.375, 0.625, 0.875]);
    expect([...weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
    // The error for x^2 is the square of a part's width over 12.
    expect(integral((x) => x * x, 'midpoint', 10)).toBeCloseTo(1 / 3 - 1 / 1200, 14);
  });

  it.each([0, 1.5, Number.NaN])('refuses %s steps', (count) => {
    expect(() => quadrature('midpoint', count)).toThrow('expected a whole number from 1');
  });
});
