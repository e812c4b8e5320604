import * as Comlink from 'comlink';
import type { EngineWorker, StartOptions } from '../../src/worker/protocol.ts';

/** What a stand-in for the engine's worker does; what is left out succeeds. */
export interface Script {
  start?: EngineWorker['start'];
  request?: (
    id: number,
    kind: string,
    params: unknown,
    onProgress?: (progress: object) => Promise<void>,
  ) => Promise<object>;
}

/** Every stand-in made since the last `reset`, and what each was told. */
export const workers: FakeWorker[] = [];
let scripts: Script[] = [];

/** Forgets the stand-ins; the next ones follow these scripts, the last of them again and again. */
export function follow(...next: Script[]): void {
  workers.length = 0;
  scripts = next;
}

/** A `Worker` in this thread: the same messages over a channel, no script loaded. */
export class FakeWorker extends EventTarget {
  readonly started: StartOptions[] = [];
  readonly asked: Array<{ id: number; kind: string }> = [];
  readonly cancelled: number[] = [];
  terminated = false;
  private readonly channel = new MessageChannel();

  constructor() {
    super();
    const script = scripts[Math.min(workers.length, scripts.length - 1)] ?? {};
    workers.push(this);
    Comlink.expose(this.engine(script), this.channel.port2);
    this.channel.port1.addEventListener('message', ({ data }) =>
      this.dispatchEvent(new MessageEvent('message', { data })),
    );
    this.channel.port1.start();
  }

  private engine({ start, request }: Script): object {
    return {
      start: (options: StartOptions) => {
        this.started.push(options);
        const name = options.preferred ?? 'wasm';
        return (
          start?.(options) ??
          Promise.resolve({ ok: true, value: { name, reason: 'asked', candidates: [] } })
        );
      },
      request: (
        id: number,
        kind: string,
        params: unknown,
        onProgress?: (progress: object) => Promise<void>,
      ) => {
        this.asked.push({ id, kind });
        return (
          request?.(id, kind, params, onProgress) ?? Promise.resolve({ ok: true, value: kind })
        );
      },
      cancel: (id: number) => void this.cancelled.push(id),
    };
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    if (!this.terminated) this.channel.port1.postMessage(message, transfer);
  }

  terminate(): void {
    this.terminated = true;
    this.channel.port1.close();
  }

  /** As a browser reports that the worker died. */
  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }));
  }
}
