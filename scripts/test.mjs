/** `npm test`: from a fresh clone to one line that counts the tests. Parameters go to Vitest. */
import { ensureChromium } from './chromium.mjs';
import { installPackages } from './installPackages.mjs';
import { run, runScript } from './run.mjs';

/** The site is tested under a sub-path, as on a GitHub project page. */
const site = { BASE_PATH: '/chapter/' };

await installPackages();
const chromium = await ensureChromium();
await runScript('build', ['--outDir', 'test-results/site'], site);
await Promise.all([runScript('check'), runScript('lint')]);
process.exitCode = await run('npx', ['vitest', 'run', ...process.argv.slice(2)], {
  CHROMIUM_PATH: chromium,
});
