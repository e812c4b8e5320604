/** `npm start`: from a fresh clone to the chapter in the browser. */
import { installPackages } from './installPackages.mjs';
import { runScript } from './run.mjs';

await installPackages();
await runScript('build');
await runScript('serve');
