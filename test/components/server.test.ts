import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import RasterView from '../../src/components/controls/RasterView.svelte';
import Slider from '../../src/components/controls/Slider.svelte';
import TileGrid from '../../src/components/controls/TileGrid.svelte';
import { blankRaster } from '../../src/draw/raster.ts';

const still = { width: 65, height: 33, url: '/stills/filters.png' };

test('RasterView is a picture of known size before any script', () => {
  const { body } = render(RasterView, { props: { image: still, alt: 'Sixty-four filters' } });
  expect(body).toMatch(/aspect-ratio: ?65 \/ 33/);
  expect(body).toMatch(
    /<img src="\/stills\/filters.png" width="65" height="33" alt="Sixty-four filters"/,
  );
});

test('RasterView keeps an empty place where there is no picture yet, and a named canvas where there are pixels', () => {
  expect(render(RasterView, { props: { image: undefined, alt: 'a' } }).body).not.toMatch(
    /<img|<canvas/,
  );
  const { body } = render(RasterView, { props: { image: blankRaster(4, 2), alt: 'Four by two' } });
  expect(body).toMatch(/<canvas width="4" height="2"[^>]* role="img" aria-label="Four by two"/);
});

test('TileGrid shows its still before any script', () => {
  const { body } = render(TileGrid, { props: { tiles: [], labels: [], label: 'Filters', still } });
  expect(body).toMatch(
    /<img [^>]*src="\/stills\/filters.png" width="65" height="33" alt="Filters"/,
  );
});

test('what needs a script says so', () => {
  const { body } = render(Slider, {
    props: { label: 'Opacity', value: 1, min: 0, max: 1, oninput: () => {} },
  });
  expect(body).toContain('needs-script');
});
