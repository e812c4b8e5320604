import { EngineError, throwIfAborted } from '../engine/errors.ts';
import {
  checkStructure,
  imageNetArchitecture,
  imageNetPreprocessing,
  imageNetTitle,
} from '../engine/imageNet.ts';
import { Model } from '../engine/model.ts';
import { BlobSource, readBody, type Bytes } from '../engine/weights/byteSource.ts';
import { sha256Hex } from '../engine/weights/digest.ts';
import { LazyWeights, type LoadOptions } from '../engine/weights/lazyWeights.ts';
import type { OpenedModel } from './models.ts';
import type { FetchedFile } from './protocol.ts';

export interface FetchedModel extends OpenedModel {
  readonly file: Blob;
  /** Whether it came out of the browser's cache. */
  readonly cached: boolean;
}

export interface FetchOptions extends LoadOptions {
  readonly fetched?: { readonly file: Blob; readonly labels: readonly string[] } | undefined;
}

/**
 * Torchvision's ImageNet-1k weights: what was fetched before, from the browser's cache or, last, from
 * the network. What arrives is checked whole before it is opened and kept; of anything else nothing
 * is kept.
 * @param source a safetensors file with torchvision's tensors
 * @throws {EngineError} `network`, `checksum-mismatch`, `invalid-weights`, `aborted`
 */
export async function fetchModel(
  id: string,
  source: FetchedFile,
  options: FetchOptions = {},
): Promise<FetchedModel> {
  const { fetched, signal } = options;
  if (fetched) {
    const { file, labels } = fetched;
    return { ...(await open(id, file, source, labels)), file, cached: true };
  }
  const cache = await openCache(source.cache);
  const kept = await fromCache(id, source, cache);
  if (kept) return kept;
  const labels = await reach(source.labelsUrl, signal);
  const file = new Blob([await download(source, options)]);
  const opened = await open(id, file, source, await labelsOf(labels.clone()));
  throwIfAborted(signal);
  // A full disk only means that the next visit fetches it again.
  await cache
    ?.put(source.labelsUrl, labels)
    .then(() => cache.put(source.url, new Response(file)))
    .catch(() => undefined);
  return { ...opened, file, cached: false };
}

/** There is none on insecure pages, and none that can be opened in some private windows. */
async function openCache(name: string): Promise<Cache | undefined> {
  return globalThis.caches?.open(name).catch(() => undefined);
}

/** What an earlier visit has kept; damaged files are dropped. */
async function fromCache(
  id: string,
  source: FetchedFile,
  cache: Cache | undefined,
): Promise<FetchedModel | undefined> {
  const labels = await cache?.match(source.labelsUrl);
  const file = await (await cache?.match(source.url))?.blob();
  if (!labels || !file) return undefined;
  try {
    return { ...(await open(id, file, source, await labelsOf(labels))), file, cached: true };
  } catch {
    await cache?.delete(source.url);
    return undefined;
  }
}

async function labelsOf(response: Response): Promise<string[]> {
  return ((await response.json()) as { labels: string[] }).labels;
}

async function reach(url: string, signal: AbortSignal | undefined): Promise<Response> {
  const { host } = new URL(url);
  const response = await fetch(url, { signal: signal ?? null, credentials: 'omit' }).catch(
    (cause: unknown) => {
      throwIfAborted(signal);
      const offline = globalThis.navigator?.onLine === false;
      const why = offline ? ': this device is offline' : '';
      throw new EngineError('network', `${host} could not be reached${why}`, { cause });
    },
  );
  if (response.ok) return response;
  throw new EngineError('network', `${host} answered with status ${response.status}`);
}

async function download(
  { url, bytes }: FetchedFile,
  { signal, onProgress }: LoadOptions,
): Promise<Bytes> {
  const response = await reach(url, signal);
  const totalBytes = Number(response.headers.get('Content-Length')) || bytes;
  let loadedBytes = 0;
  const onBytes = (count: number) => {
    loadedBytes += count;
    onProgress?.({ loadedBytes, totalBytes: Math.max(totalBytes, loadedBytes) });
  };
  return readBody(response, `the weights from ${new URL(url).host}`, { signal, onBytes });
}

/** Opens the file if it is what it should be. */
async function open(
  id: string,
  file: Blob,
  { url, sha256 }: FetchedFile,
  labels: readonly string[],
): Promise<OpenedModel> {
  const label = `the file from ${new URL(url).host}`;
  if (sha256) await checkDigest(file, sha256, label);
  const weights = await LazyWeights.open(new BlobSource(file, label));
  const shapes = [...weights.header.tensors].map(([name, { shape }]) => [name, shape] as const);
  checkStructure(new Map(shapes), imageNetArchitecture, label);
  const manifest = {
    id,
    title: imageNetTitle,
    architecture: imageNetArchitecture,
    labels,
    preprocessing: imageNetPreprocessing,
  };
  return { manifest, model: new Model(id, imageNetArchitecture, weights) };
}

async function checkDigest(file: Blob, expected: string, label: string): Promise<void> {
  const digest = await sha256Hex(new Uint8Array(await file.arrayBuffer()));
  if (digest === expected) return;
  throw new EngineError(
    'checksum-mismatch',
    `${label} has the SHA-256 ${digest.slice(0, 8)}…, expected ${expected.slice(0, 8)}…`,
  );
}
