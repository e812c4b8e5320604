import * as Comlink from 'comlink';
import { atom } from 'nanostores';
import type {
  BackendName,
  BackendReport,
  EngineErrorCode,
  EngineWorker,
  LoadProgress,
  Params,
  Preview,
  Reply,
  RequestKind,
  Result,
} from '../worker/protocol.ts';

/** A failed request, with the engine's code; `cancelled` means that a newer request took its place. */
export class RequestError extends Error {
  readonly code: EngineErrorCode | 'internal' | 'cancelled' | 'crashed';

  constructor(code: RequestError['code'], message: string) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
  }
}

export interface RequestOptions<K extends RequestKind = RequestKind> {
  /** A newer request of the same group cancels the older one. */
  readonly group?: string;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly onPreview?: ((preview: Preview<K>) => void) | undefined;
}

/** The backend in use; undefined until the worker has started one. */
export const $backend = atom<BackendReport | undefined>(undefined);
/** Grows with every new worker: figures compute again when it changes. */
export const $generation = atom(0);

interface Connection {
  readonly worker: Worker;
  readonly remote: Comlink.Remote<EngineWorker>;
  readonly started: Promise<BackendReport>;
  /** Rejects when the worker dies or is replaced. */
  readonly ended: Promise<never>;
  readonly end: (reason: string) => void;
}

let connection: Connection | undefined;
let preferred: BackendName | undefined;
/** A link asked for `preferred`, not this reader: where it is not to be had, another will do. */
let preferredByLink = false;
const excluded: Partial<Record<BackendName, string>> = {};
let nextId = 1;
const groups = new Map<string, { id: number; cancel: () => void }>();
/** The newest request of each group, whatever became of it. */
const newest = new Map<string, symbol>();
type Opening = { [K in 'openModel' | 'fetchModel']: { kind: K; params: Params<K> } };
/** What opened the models that no folder of the site holds, by their ids. */
const openings = new Map<string, Opening[keyof Opening]>();

/** Absolute URL of the site, with a slash at the end. */
export const base = () =>
  new URL(import.meta.env.BASE_URL, location.href).href.replace(/\/*$/, '/');

function connect(): Connection {
  const worker = new Worker(new URL('../worker/engine.worker.ts', import.meta.url), {
    type: 'module',
  });
  const remote = Comlink.wrap<EngineWorker>(worker);
  let end: Connection['end'] = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => reject(new RequestError('crashed', `the engine stopped: ${reason}`));
  });
  ended.catch(() => undefined);
  worker.addEventListener('error', (event) => end(event.message || 'its script did not load'));
  const start = (name?: BackendName) =>
    remote.start({ base: base(), preferred: name, excluded: { ...excluded } });
  const lenient = preferredByLink;
  const starting = start(preferred).then((reply: Reply<BackendReport>) =>
    reply.ok || !lenient ? reply : start(),
  );
  const started = Promise.race([
    starting.then((reply: Reply<BackendReport>) => unwrap(reply)),
    ended,
  ]);
  const opened = { worker, remote, started, ended, end };
  started.then(
    (report) => {
      for (const { kind, params } of openings.values()) void remote.request(nextId++, kind, params);
      $backend.set(report);
    },
    () => {
      // A wish that could not be fulfilled is dropped, so that a retry takes what works.
      preferred = undefined;
      disconnect(opened, 'it did not start');
    },
  );
  return opened;
}

function disconnect(ended: Connection | undefined, reason: string): void {
  ended?.worker.terminate();
  ended?.end(reason);
  if (connection === ended) connection = undefined;
}

function unwrap<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value;
  throw new RequestError(reply.code, reply.message);
}

/** Starts anew on the given backend; the figures ask again by themselves. */
export function switchBackend(name: BackendName): void {
  if (connection && name === (preferred ?? $backend.get()?.name)) return;
  preferred = name;
  preferredByLink = false;
  delete excluded[name];
  disconnect(connection, 'another backend was chosen');
  $generation.set($generation.get() + 1);
}

/** Takes a link's wish for a backend, before the first request; another one is used where it is missing. */
export function preferBackend(name: BackendName): void {
  if (connection) return;
  preferred = name;
  preferredByLink = true;
}

/** Has every worker to come open a model before it is asked for anything else. */
export function keepOpen<K extends keyof Opening>(kind: K, params: Params<K>): void {
  openings.set(params.model, { kind, params } as Opening[K]);
}

/** Frees a model that was opened from a file. */
export function closeModel(model: string): void {
  openings.delete(model);
  if (connection) void request('closeModel', { model }).catch(() => undefined);
}

/** Gives up what the newest request of a group has asked for; it fails as `cancelled`. */
export function cancel(group: string): void {
  groups.get(group)?.cancel();
}

/** Failures after which a fresh worker on another backend may succeed. */
const recoverable: ReadonlySet<string> = new Set([
  'crashed',
  'device-lost',
  'internal',
  'out-of-memory',
]);

/**
 * Asks the engine. A worker that crashed or lost its device is replaced once, without the backend
 * that failed, and the request is repeated; so is a request whose worker another request replaced.
 * @throws {RequestError}
 */
export async function request<K extends RequestKind>(
  kind: K,
  params: Params<K>,
  options: RequestOptions<K> = {},
): Promise<Result<K>> {
  const used = (connection ??= connect());
  const turn = Symbol(kind);
  if (options.group) newest.set(options.group, turn);
  try {
    return await ask(used, kind, params, options);
  } catch (error) {
    if (!(error instanceof RequestError) || !recoverable.has(error.code)) throw error;
    // Asked again, it would take the place of the newer one.
    if (options.group && newest.get(options.group) !== turn) throw superseded();
    if (connection === used && !giveUpBackend(used, error.message)) throw error;
    return ask((connection ??= connect()), kind, params, options);
  }
}

/** @returns false where no other backend is left to try. */
function giveUpBackend(failed: Connection, why: string): boolean {
  const name = $backend.get()?.name;
  if (!name || name === 'cpu') return false;
  excluded[name] = `it failed on this page: ${why}`;
  preferred = undefined;
  disconnect(failed, why);
  return true;
}

const superseded = () => new RequestError('cancelled', 'a newer request took its place');

async function ask<K extends RequestKind>(
  active: Connection,
  kind: K,
  params: Params<K>,
  { group, onProgress, onPreview }: RequestOptions<K>,
): Promise<Result<K>> {
  const id = nextId++;
  const replaced = new Promise<never>((_, reject) => {
    if (!group) return;
    groups.get(group)?.cancel();
    const cancel = () => {
      void active.remote.cancel(id);
      reject(superseded());
    };
    groups.set(group, { id, cancel });
  });
  replaced.catch(() => undefined);
  try {
    await Promise.race([active.started, replaced]);
    const progress = onProgress && Comlink.proxy(onProgress);
    const preview = onPreview && Comlink.proxy(onPreview);
    const answer = active.remote.request(id, kind, params, progress, preview);
    const reply = await Promise.race([answer, active.ended, replaced]);
    return unwrap(reply as Reply<Result<K>>);
  } finally {
    if (group && groups.get(group)?.id === id) groups.delete(group);
  }
}
