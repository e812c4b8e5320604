import type { BackendName } from '../src/engine/backend.ts';
import { EngineError } from '../src/engine/errors.ts';
import { Dispatcher } from '../src/worker/dispatch.ts';
import type { ModelFiles } from '../src/worker/models.ts';
import type { Ask } from '../src/worker/protocol.ts';
import { startNodeBackend } from './nodeBackend.ts';
import { diskModelFiles } from './nodeModels.ts';

/**
 * The engine behind the same requests as in the browser, in this process.
 * @throws {EngineError} from each request, with the request's own code
 */
export async function nodeEngine(
  backend: BackendName = 'wasm',
  files: ModelFiles = diskModelFiles(),
): Promise<Ask> {
  await startNodeBackend(backend);
  const dispatcher = new Dispatcher(files);
  let id = 0;
  return async (kind, params) => {
    const reply = await dispatcher.request(++id, kind, params);
    if (reply.ok) return reply.value;
    if (reply.code === 'internal') throw new Error(reply.message);
    throw new EngineError(reply.code, reply.message);
  };
}
