import { beforeAll, describe } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';

/** The backends that run in Node; the others are tested in Chromium. */
export const nodeBackends = ['cpu', 'wasm'] as const;
export type NodeBackend = (typeof nodeBackends)[number];

/** Largest relative error allowed on these backends. */
export const nodeBound = 1e-4;

/** Declares the tests once for each backend that runs in Node, with that backend started. */
export function onEachBackend(tests: (backend: NodeBackend) => void): void {
  describe.each(nodeBackends)('on %s', (backend) => {
    beforeAll(async () => {
      await startNodeBackend(backend);
    });
    tests(backend);
  });
}
