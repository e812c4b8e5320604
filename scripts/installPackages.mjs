import { statSync } from 'node:fs';
import { run } from './run.mjs';

/** @param {string} path */
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Installs what package-lock.json lists, unless that has been done since it last changed. */
export async function installPackages() {
  const installed = changed('node_modules/.package-lock.json');
  if (installed > 0 && installed >= changed('package-lock.json')) return;
  const status = await run('npm', ['install', '--no-audit', '--no-fund']);
  if (status !== 0) process.exit(status);
}
