import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStaticServer, withSlashes, type Served } from '../../scripts/staticServer.mjs';

let parent: string;
let server: Awaited<ReturnType<typeof startStaticServer>>;
const served: Served[] = [];

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'static-server-'));
  const folder = join(parent, 'site');
  await mkdir(join(folder, 'page'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'index.html'), 'home');
  await writeFile(join(folder, '404.html'), 'lost');
  await writeFile(join(folder, 'page/index.html'), 'page');
  await writeFile(join(folder, 'weights.safetensors'), '0123456789');
  server = await startStaticServer({ folder, base: 'repo', onServed: (file) => served.push(file) });
});
afterAll(async () => {
  await server.close();
  await rm(parent, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, server.address), { headers, redirect: 'manual' });

/** Status for a path that is sent as it stands, where `fetch` would tidy it up. */
function rawStatus(path: string): Promise<number> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => resolve(response.statusCode!))
      .on('error', reject)
      .end();
  });
}

describe('the static server', () => {
  it('serves index pages below its base path, with their type', async () => {
    expect(server.address).toMatch(/^http:\/\/localhost:\d+\/repo\/$/);
    const home = await get('');
    expect([home.status, await home.text(), home.headers.get('content-type')]).toEqual([
      200,
      'home',
      'text/html; charset=utf-8',
    ]);
    expect(await (await get('page/')).text()).toBe('page');
  });

  it.each([
    ['/', 302, '/repo/'],
    ['page', 301, '/repo/page/'],
  ])('sends %s on', async (path, status, location) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('location')).toBe(location);
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=10-12', 416, '416\n', 'bytes */10'],
    ['lines=1-2', 200, '0123456789', null],
  ])('answers the range %s', async (range, status, body, contentRange) => {
    const response = await get('weights.safetensors', { range });
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(response.headers.get('content-range')).toBe(contentRange);
  });

  it('tells what it served', async () => {
    served.length = 0;
    await (await get('weights.safetensors', { range: 'bytes=2-4' })).text();
    expect(served).toEqual([{ path: join(parent, 'site/weights.safetensors'), bytes: 3 }]);
  });

  it("sends the site's page for what is not there", async () => {
    const response = await get('nothing');
    expect([response.status, await response.text()]).toEqual([404, 'lost']);
  });

  it.each([
    '/repo/../../secret.txt',
    '/repo/%2e%2e/secret.txt',
    '/repo/..%2fsecret.txt',
    '/secret.txt',
    '/repo/%E0%A4%A',
  ])('gives nothing away for %s', async (path) => {
    expect(await rawStatus(path)).toBe(404);
  });

  it('takes the next port where one is taken', async () => {
    const { port } = new URL(server.address);
    const next = await startStaticServer({ folder: parent, port: Number(port) });
    expect(Number(new URL(next.address).port)).toBeGreaterThan(Number(port));
    await next.close();
  });
});

describe('a base path', () => {
  it.each([undefined, '', '/'])('%j is the root', (path) => expect(withSlashes(path)).toBe('/'));
  it.each(['a/b', '/a/b', 'a/b/', '/a/b/'])('%s has its slashes', (path) =>
    expect(withSlashes(path)).toBe('/a/b/'),
  );
});
