import { gzipSync } from 'node:zlib';
import type { Browser, Response } from 'playwright-core';
import { figures } from '../src/components/figures/registry.ts';
import { serveSite, untilLive } from '../test/support/site.ts';

/** What a reader who goes straight to a figure has fetched when it shows a live result, in bytes. */
export interface FigureBytes {
  readonly page: string;
  readonly figure: string;
  /** Gzipped one by one, as a static host would send them. */
  readonly scripts: number;
  /** As sent: weights do not shrink, and ranges are not compressed. */
  readonly weights: number;
  readonly everything: number;
}

const isScript = (url: string) => /\.js$/.test(new URL(url).pathname);
const isWeights = (url: string) => new URL(url).pathname.endsWith('.safetensors');
const isCompressible = (url: string) =>
  /\.(js|css|html|json|svg|wasm)$|\/$/.test(new URL(url).pathname);

/** Visits the page of each figure with an empty cache, on the backend named. */
export async function figureBytes(browser: Browser, backend: string): Promise<FigureBytes[]> {
  const site = await serveSite();
  const rows: FigureBytes[] = [];
  for (const { id, page: slug } of figures) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const responses: Response[] = [];
    // Workers fetch too, so the context listens.
    context.on('response', (response) => responses.push(response));
    const path = slug === 'index' ? '' : `${slug}/`;
    await page.goto(`${site.address}${path}?backend=${backend}`);
    await untilLive(page, id);
    const sizes = await Promise.all(
      responses.map(async (response) => {
        const url = response.url();
        // Chromium keeps no body of tens of megabytes.
        const body = await response.body().catch(() => undefined);
        if (!body) return { url, bytes: Number(response.headers()['content-length'] ?? 0) };
        return { url, bytes: isCompressible(url) ? gzipSync(body).length : body.length };
      }),
    );
    const sum = (wanted: (url: string) => boolean) =>
      sizes.reduce((total, { url, bytes }) => total + (wanted(url) ? bytes : 0), 0);
    rows.push({
      page: slug,
      figure: id,
      scripts: sum(isScript),
      weights: sum(isWeights),
      everything: sum(() => true),
    });
    await context.close();
  }
  await site.close();
  return rows;
}
