import { describe, expect, it } from 'vitest';
import { rangeChart, rangeChartSvg, spreadOf } from '../../src/draw/rangeChart.ts';

const rows = [
  { value: 0.5, others: [0, 0.1, 0.2, 0.3, 0.4] },
  { value: 0.25, others: [0.6] },
];

describe('a chart of ranges', () => {
  it('knows the ends, the middle half and the median of what is spread', () => {
    expect(spreadOf(rows[0]!.others)).toEqual({ range: [0, 0.4], middle: [0.1, 0.3], median: 0.2 });
    expect(spreadOf([0.6])).toEqual({ range: [0.6, 0.6], middle: [0.6, 0.6], median: 0.6 });
    expect(spreadOf([])).toBeUndefined();
  });

  it('draws bands from row to row, between the middles of the rows', () => {
    const { range, middle } = rangeChart(rows);
    // Down the larger ends, up the smaller ones.
    expect(range).toBe('M40,0.5L60,1.5L60,1.5L0,0.5Z');
    expect(middle).toBe('M30,0.5L60,1.5L60,1.5L10,0.5Z');
  });

  it('draws a line through the values and a dot for each', () => {
    const { line, points, dots } = rangeChart(rows);
    expect(line).toBe('M50,0.5L25,1.5');
    expect(points).toBe('M50,0.5h0M25,1.5h0');
    expect(dots.split('h0')).toHaveLength(7);
  });

  it('stretches to the size asked for', () => {
    expect(rangeChart(rows, 200, 10).line).toBe('M100,5L50,15');
  });

  it('leaves out what is not known', () => {
    const bare = [
      { value: undefined, others: [] },
      { value: 1, others: [] },
    ];
    const chart = rangeChart(bare);
    expect(chart).toMatchObject({ range: '', middle: '', dots: '', points: 'M100,1.5h0' });
    expect(chart.line).not.toContain('NaN');
    expect(rangeChart([])).toEqual({ range: '', middle: '', dots: '', line: '', points: '' });
  });

  it('stands alone as a drawing with its labels', () => {
    const svg = rangeChartSvg({
      title: 'Zeros & more',
      axis: 'share of zeros',
      rows: rows.map((row, i) => ({ ...row, label: `layer${i}`, note: `${i} of 64 silent` })),
    });
    expect(svg).toContain('<title>Zeros &amp; more</title>');
    for (const text of ['share of zeros', 'layer1', '1 of 64 silent', '75 %'])
      expect(svg).toContain(`>${text}</text>`);
    expect(svg).toContain('d="M260,20L130,60"');
  });
});
