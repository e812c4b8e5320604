import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';

/** Nothing but the test's own server is to be reached. */
const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the browser offers for computing; without flags a headless one has no adapter at all. */
const graphics = {
  none: [],
  webgpu: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  webgl: ['--enable-unsafe-swiftshader'],
} as const;

export type Graphics = keyof typeof graphics;

/** A headless Chromium with the graphics named, on their software adapters. */
export async function launchChromium(...offered: Graphics[]): Promise<Browser> {
  const executablePath = await findChromium();
  if (!executablePath)
    throw new Error('no Chromium found: set CHROMIUM_PATH, or run npm test once');
  const flags = offered.flatMap((name) => graphics[name]);
  return chromium.launch({ executablePath, headless: true, args: [...quiet, ...flags] });
}
