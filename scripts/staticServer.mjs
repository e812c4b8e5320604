import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
};

/**
 * `/repo/`, `repo` and `/repo` all mean `/repo/`; nothing means `/`.
 * @param {string | undefined} path
 */
export function withSlashes(path = '') {
  const inner = path.replace(/^\/+|\/+$/g, '');
  return inner === '' ? '/' : `/${inner}/`;
}

/**
 * The file a path stands for: itself, or the index page of a folder.
 * @param {string} folder
 * @param {string} path below the base, percent-encoded
 */
function fileFor(folder, path) {
  const file = join(folder, decoded(path));
  if (file !== folder && !file.startsWith(folder + sep)) return undefined;
  for (const candidate of [file, join(file, 'index.html')]) {
    const stat = statSync(candidate, { throwIfNoEntry: false });
    if (stat?.isFile()) return { path: candidate, size: stat.size };
  }
  return undefined;
}

/** @param {string} path */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Bytes that a Range header asks for; undefined for the whole file, null where nothing lies there.
 * @param {string | undefined} header
 * @param {number} size
 */
function rangeOf(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  return start > end ? null : { start, end };
}

/**
 * The site's own page for addresses that lead nowhere, as GitHub Pages sends it.
 * @param {import('node:http').ServerResponse} response
 * @param {string} folder
 */
function sendNotFound(response, folder) {
  const page = fileFor(folder, '404.html');
  response.writeHead(404, { 'Content-Type': page ? types['.html'] : types['.txt'] });
  if (page) createReadStream(page.path).pipe(response);
  else response.end('404\n');
}

/**
 * @typedef {object} Served
 * @property {string} path of the file on disk
 * @property {number} bytes of its body that were sent
 */

/**
 * @param {string} folder
 * @param {string} base
 * @param {(served: Served) => void} [onServed]
 * @returns {import('node:http').RequestListener}
 */
function listener(folder, base, onServed) {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    /** @param {number} status @param {import('node:http').OutgoingHttpHeaders} [headers] */
    const refuse = (status, headers) =>
      response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(`${status}\n`);
    if (pathname === '/' && base !== '/') return void refuse(302, { Location: base });
    if (!pathname.startsWith(base)) return void refuse(404);
    const file = fileFor(resolve(folder), pathname.slice(base.length));
    if (!file) return void sendNotFound(response, resolve(folder));
    if (file.path.endsWith(`${sep}index.html`) && !/(\/|index\.html)$/.test(pathname))
      return void refuse(301, { Location: `${pathname}/` });
    const range = rangeOf(request.headers.range, file.size);
    if (range === null) return void refuse(416, { 'Content-Range': `bytes */${file.size}` });
    const { start, end } = range ?? { start: 0, end: file.size - 1 };
    response.writeHead(range ? 206 : 200, {
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-cache',
      'Content-Length': end - start + 1,
      'Content-Type': types[extname(file.path)] ?? 'application/octet-stream',
      ...(range && { 'Content-Range': `bytes ${start}-${end}/${file.size}` }),
    });
    if (request.method === 'HEAD' || file.size === 0) return void response.end();
    onServed?.({ path: file.path, bytes: end - start + 1 });
    createReadStream(file.path, { start, end }).pipe(response);
  };
}

/**
 * Serves a folder as a static host does: index pages, MIME types, byte ranges.
 * @param {{
 *   folder: string,
 *   base?: string | undefined,
 *   port?: number,
 *   onServed?: (served: Served) => void,
 * }} options `port` 0, the default, takes a free one; another that is taken is followed by the next
 * @returns {Promise<{ address: string, close: () => Promise<void> }>} `address` ends in the base path
 */
export async function startStaticServer({ folder, base: path, port = 0, onServed }) {
  const base = withSlashes(path);
  const server = createServer(listener(folder, base, onServed));
  for (let candidate = port; ; candidate++) {
    const taken = await new Promise((resolve, reject) => {
      server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
        error.code === 'EADDRINUSE' && port > 0 && candidate < port + 100
          ? resolve(true)
          : reject(error),
      );
      server.listen(candidate, () => resolve(false));
    });
    server.removeAllListeners('error');
    if (!taken) break;
  }
  const { port: actual } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    server.closeAllConnections();
    return /** @type {Promise<void>} */ (new Promise((resolve) => server.close(() => resolve())));
  };
  return { address: `http://localhost:${actual}${base}`, close };
}
