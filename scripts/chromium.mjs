import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

const names = ['chromium', 'google-chrome', 'google-chrome-stable', 'chrome'];
const applications = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/**
 * Path of a Chromium: `CHROMIUM_PATH`, one on the `PATH`, or Playwright's own.
 * @returns {Promise<string | undefined>}
 */
export async function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH is ${named}, where there is no file`);
    return named;
  }
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin');
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...places, ...applications].find((path) => existsSync(path)) ?? playwrightsOwn();
}

async function playwrightsOwn() {
  const { chromium } = await import('playwright-core');
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : undefined;
}

/** Debian's package is a browser; Ubuntu's of the same name only points at a snap. */
function canInstallDebianPackage() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Installs a Chromium where none is found; leaves the process if that fails. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  console.log('No Chromium found; installing one for the browser tests.');
  if (canInstallDebianPackage()) {
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      DEBIAN_FRONTEND: 'noninteractive',
    });
  } else await run('npx', ['playwright-core', 'install', 'chromium']);
  const installed = await findChromium();
  if (installed) return installed;
  console.error('Chromium could not be installed; set CHROMIUM_PATH to one.');
  process.exit(1);
}
