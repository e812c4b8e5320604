import type { FetchedFile, LoadProgress } from '../worker/protocol.ts';
import { base, cancel, keepOpen, request } from './engine.ts';
import { imageNetSource } from './imageNetSource.ts';
import { $fetching, addModel, choosable, imageNetModel } from './models.ts';

const source: FetchedFile = {
  url: imageNetSource.url,
  sha256: imageNetSource.sha256,
  bytes: imageNetSource.bytes,
  labelsUrl: `${base()}labels/imagenet1k.json`,
  cache: 'imagenet1k',
};

const group = 'fetch ImageNet-1k';
let loading: Promise<void> | undefined;

/**
 * Fetches the weights, or takes them from the browser's cache, and offers them to all figures; asked
 * again while that goes on, it waits for the same.
 * @throws {RequestError}
 */
export function loadImageNet(): Promise<void> {
  loading ??= load().finally(() => {
    loading = undefined;
    $fetching.set(undefined);
  });
  return loading;
}

async function load(): Promise<void> {
  $fetching.set({ loadedBytes: 0, totalBytes: source.bytes });
  const params = { model: imageNetModel, source };
  // Progress comes by another way than the answer and may be late.
  const onProgress = (progress: LoadProgress) => loading && $fetching.set(progress);
  const { description, file } = await request('fetchModel', params, { group, onProgress });
  keepOpen('fetchModel', { ...params, fetched: { file, labels: description.labels } });
  addModel(choosable(description));
}

export function cancelImageNet(): void {
  cancel(group);
}

/** Whether this browser has kept the weights. */
export async function isImageNetKept(): Promise<boolean> {
  const kept = globalThis.caches?.match(source.url, { cacheName: source.cache });
  return Boolean(await kept?.catch(() => undefined));
}

/** Deletes what this browser has kept; what is open stays open until the page is left. */
export async function forgetImageNet(): Promise<void> {
  await globalThis.caches?.delete(source.cache);
}
