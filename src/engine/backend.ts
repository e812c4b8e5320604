import { backend, env, getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import { EngineError } from './errors.ts';

/** Backends in order of preference, on hardware. */
export const backendNames = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** What is known about one backend before it is started. */
export interface BackendCandidate {
  readonly name: BackendName;
  readonly usable: boolean;
  /** Chosen without being asked for: not for adapters that are software themselves. */
  readonly automatic: boolean;
  /** One clause: the adapter, or why not. */
  readonly reason: string;
}

export interface BackendReport {
  readonly name: BackendName;
  readonly reason: string;
  readonly candidates: readonly BackendCandidate[];
}

export interface BackendOptions {
  /** Start this one; without it the first automatic candidate is taken. */
  readonly preferred?: BackendName | undefined;
  /** Not to be tried, with the reason: a device that was lost, for example. */
  readonly excluded?: Readonly<Partial<Record<BackendName, string>>> | undefined;
  /** URL or path of each `.wasm` file by name, or a folder that holds them. */
  readonly wasmPaths: string | Readonly<Record<string, string>>;
}

const softwareAdapter = /swiftshader|llvmpipe|lavapipe|software|basic render|microsoft basic/i;

const refused = (name: BackendName, reason: string): BackendCandidate => ({
  name,
  usable: false,
  automatic: false,
  reason,
});

function adapterCandidate(name: BackendName, adapter: string, software: boolean): BackendCandidate {
  const reason = software ? `${adapter}, a software adapter, slower than WASM` : adapter;
  return { name, usable: true, automatic: !software, reason };
}

async function probeWebgpu(): Promise<BackendCandidate> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) return refused('webgpu', 'this browser has no WebGPU');
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return refused('webgpu', 'the browser offers no WebGPU adapter');
  // Browsers of 2023 have adapters that say nothing about themselves.
  const info: Partial<GPUAdapterInfo> = adapter.info ?? {};
  const { vendor = '', architecture = '', description, isFallbackAdapter } = info;
  const label =
    description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter';
  const software = Boolean(isFallbackAdapter) || softwareAdapter.test(`${label} ${architecture}`);
  return adapterCandidate('webgpu', label, software);
}

function probeWebgl(): BackendCandidate {
  if (typeof OffscreenCanvas === 'undefined')
    return refused('webgl', 'no WebGL outside a page here');
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return refused('webgl', 'the browser offers no WebGL 2 context');
  const details = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(details?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  const float = gl.getExtension('EXT_color_buffer_float');
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  if (!float) return refused('webgl', `${renderer} cannot render 32-bit floats`);
  return adapterCandidate('webgl', renderer, softwareAdapter.test(renderer));
}

function probeWasm(): BackendCandidate {
  return typeof WebAssembly === 'object'
    ? { name: 'wasm', usable: true, automatic: true, reason: 'WebAssembly on the processor' }
    : refused('wasm', 'WebAssembly is switched off');
}

/** What this machine offers, in order of preference; nothing is started. */
export async function probeBackends(
  excluded: BackendOptions['excluded'] = {},
): Promise<BackendCandidate[]> {
  const candidates: BackendCandidate[] = [
    await probeWebgpu(),
    probeWebgl(),
    probeWasm(),
    { name: 'cpu', usable: true, automatic: true, reason: 'plain JavaScript on the processor' },
  ];
  return candidates.map((candidate) => {
    const why = excluded[candidate.name];
    return why ? refused(candidate.name, why) : candidate;
  });
}

/** Each backend is its own chunk: only the one that is used is downloaded. */
const loaders: Readonly<Record<BackendName, (options: BackendOptions) => Promise<unknown>>> = {
  webgpu: () => import('./backends/webgpu.ts'),
  webgl: () => import('./backends/webgl.ts'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  async wasm({ wasmPaths }) {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(wasmPaths as string | Record<string, string>);
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  },
};

async function start(name: BackendName, options: BackendOptions): Promise<void> {
  await loaders[name](options);
  if (!(await setBackend(name))) throw new Error(`${name} did not initialise`);
  await ready();
}

/**
 * Starts the preferred backend, or the first automatic one that works.
 * @throws {EngineError} `backend-unavailable` with every reason
 */
export async function startBackend(options: BackendOptions): Promise<BackendReport> {
  let candidates = await probeBackends(options.excluded);
  const order = candidates.filter((candidate) =>
    options.preferred ? candidate.name === options.preferred : candidate.automatic,
  );
  for (const { name, usable } of order) {
    if (!usable) continue;
    try {
      await start(name, options);
      return { name: getBackend() as BackendName, reason: reasonFor(candidates, name), candidates };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      candidates = candidates.map((c) =>
        c.name === name ? refused(name, `failed to start: ${why}`) : c,
      );
    }
  }
  const tried = options.preferred ? [options.preferred] : backendNames;
  const reasons = candidates
    .filter((c) => tried.includes(c.name))
    .map((c) => `${c.name}: ${c.reason}`);
  throw new EngineError(
    'backend-unavailable',
    `no backend could be started (${reasons.join('; ')})`,
  );
}

/** What the WebGL and WebGPU backends of TensorFlow.js hold on to. */
interface GraphicsBackend {
  readonly gpgpu: { readonly gl: WebGL2RenderingContext };
  readonly device: GPUDevice;
}

/** Whether a backend's device is gone, and who is waiting for it. */
interface DeviceWatch {
  lost: EngineError | undefined;
  readonly waiting: Set<(error: EngineError) => void>;
}

const watches = new WeakMap<object, DeviceWatch>();

function watchDevice({ gpgpu, device }: Partial<GraphicsBackend>): DeviceWatch {
  const watch: DeviceWatch = { lost: undefined, waiting: new Set() };
  const lose = (what: string) => {
    watch.lost = new EngineError('device-lost', `the browser took the ${what} away`);
    for (const reject of watch.waiting) reject(watch.lost);
  };
  void device?.lost.then(({ message }) => lose(`WebGPU device (${message})`));
  if (gpgpu?.gl.isContextLost()) lose('WebGL context');
  gpgpu?.gl.canvas.addEventListener('webglcontextlost', () => lose('WebGL context'));
  return watch;
}

/**
 * Waits for a read, or until the active backend's device goes away: on WebGL such a read would
 * otherwise never end.
 * @throws {EngineError} `device-lost`
 */
export function unlessLost<T>(reading: Promise<T>): Promise<T> {
  const active = backend();
  const watch = watches.get(active) ?? watchDevice(active as Partial<GraphicsBackend>);
  watches.set(active, watch);
  if (watch.lost) return Promise.reject(watch.lost);
  // Not Promise.race: the promise of a loss would hold on to every array ever read.
  return new Promise<T>((resolve, reject) => {
    watch.waiting.add(reject);
    reading.then(resolve, reject).finally(() => watch.waiting.delete(reject));
  });
}

function reasonFor(candidates: readonly BackendCandidate[], name: BackendName): string {
  return candidates.find((candidate) => candidate.name === name)!.reason;
}
