/** Every page in the dark on a narrow phone, without WebGPU. */
import { describe, it } from 'vitest';
import { figures } from '../../src/components/figures/registry.ts';
import { answers } from '../support/answers.ts';
import { testsOfFigures } from '../support/figurePage.ts';
import { sitePages } from '../support/site.ts';
import { visit } from '../support/visit.ts';

const tests = testsOfFigures({
  colorScheme: 'dark',
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
});

describe.each(sitePages())('dark, at 360 pixels, /%s', (path) => {
  it('comes to life', async () => {
    await visit(tests, tests.site, { path, backend: 'wasm' });
  });

  // The page of all figures has nothing that the others do not have.
  if (!figures.some(({ page }) => path === (page === 'index' ? '' : `${page}/`))) return;
  it('answers another picture, another class, own, in every figure; none a bad file', async () => {
    await answers(tests, 'wasm');
  });
});
