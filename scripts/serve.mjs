/** `npm run serve`: serves the built site under `BASE_PATH`, on `PORT` or the next free port. */
import { existsSync } from 'node:fs';
import { startStaticServer } from './staticServer.mjs';

if (!existsSync('dist/index.html')) {
  console.error('dist/ holds no site yet: run npm run build first, or npm start.');
  process.exit(1);
}
const port = Number(process.env.PORT || 4321);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`invalid PORT: ${process.env.PORT}, expected a number from 0 to 65535`);
  process.exit(1);
}
const { address } = await startStaticServer({ folder: 'dist', base: process.env.BASE_PATH, port });
console.log(`The chapter is at ${address} (stop with Ctrl+C)`);
