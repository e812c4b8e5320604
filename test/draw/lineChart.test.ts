import { describe, expect, it } from 'vitest';
import { channelMaximum } from '../../src/draw/channelMaximum.ts';
import { drawChart, lineChartSvg, roomyRange, type LineChart } from '../../src/draw/lineChart.ts';
import { stackedSvg } from '../../src/draw/stackedSvg.ts';

const chart: LineChart = {
  x: { title: 'amount', range: [-10, 10], ticks: [-10, 0, 10] },
  y: { title: 'change', range: [0, 4], ticks: [0, 2] },
  series: [
    {
      name: 'true',
      points: [
        [-10, 4],
        [0, 0],
        [10, 1],
      ],
      style: 'solid',
      marked: true,
    },
    {
      name: 'foretold',
      points: [
        [-10, 2],
        [10, 2],
      ],
      style: 'dashed',
    },
  ],
};

describe('a chart of lines', () => {
  it('has its points where the axes put them, upwards', () => {
    const { lines, xTicks, yTicks } = drawChart(chart, 200, 100);
    expect(lines.map(({ path }) => path)).toEqual(['M0,0L100,100L200,75', 'M0,50L200,50']);
    expect(lines.map(({ dots }) => dots)).toEqual(['M0,0h0M100,100h0M200,75h0', '']);
    expect(xTicks.map(({ text, at }) => [text, at])).toEqual([
      ['−10', 0],
      ['0', 100],
      ['10', 200],
    ]);
    expect(yTicks.map(({ at }) => at)).toEqual([100, 50]);
  });

  it('knows the value under a pointer', () => {
    const { valueAt, x, y } = drawChart(chart, 200, 100);
    expect(valueAt(150)).toBe(5);
    expect(x(5)).toBe(150);
    expect(y(1)).toBe(75);
  });

  it('puts equal factors equally far apart where it is told to', () => {
    const axis = { title: 'n', range: [2, 32], logarithmic: true, ticks: [2, 8, 32] } as const;
    const { xTicks, valueAt } = drawChart({ ...chart, x: axis, series: [] });
    expect(xTicks.map(({ at }) => Math.round(at))).toEqual([0, 50, 100]);
    expect(valueAt(75)).toBeCloseTo(16, 10);
  });

  it('stands its bars on 0, downwards too', () => {
    const { bars } = drawChart({
      ...chart,
      y: { title: 'slope', range: [-4, 4] },
      series: [],
      bars: [
        { from: -10, to: 0, height: 2 },
        { from: 0, to: 10, height: -4 },
      ],
    });
    expect(bars).toBe('M0,25L50,25L50,50L0,50ZM50,100L100,100L100,50L50,50Z');
  });

  it('leaves room around values, and around one alone', () => {
    expect(roomyRange([0, 10], 0.1)).toEqual([-1, 11]);
    expect(roomyRange([3], 0.5)).toEqual([2.5, 3.5]);
  });

  it('is written with its titles and both names', () => {
    const svg = lineChartSvg('A & B', chart);
    expect(svg).toContain('<title>A &amp; B</title>');
    for (const text of ['amount', 'change', 'true', 'foretold', '−10'])
      expect(svg).toContain(`>${text}</text>`);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  });
});

it('the largest magnitude of the channels is taken at each pixel', () => {
  expect([...channelMaximum([1, -2, 0, -5, 1, 0], 2)]).toEqual([1, 5]);
  expect([...channelMaximum([0, 0], 2)]).toEqual([0, 0]);
});

it('drawings stand one below the other, each in the middle', () => {
  const drawing = (width: number, height: number) =>
    `<svg xmlns="x" width="${width}" height="${height}" viewBox="0 0 1 1"></svg>`;
  const svg = stackedSvg([drawing(100, 30), drawing(60, 20)]);
  expect(svg).toContain('width="100" height="50"');
  expect(svg).toContain('<svg x="0" y="0" xmlns="x" width="100"');
  expect(svg).toContain('<svg x="20" y="30" xmlns="x" width="60"');
});
