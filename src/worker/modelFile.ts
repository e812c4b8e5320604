import { openStateDict } from '../engine/openStateDict.ts';
import { BlobSource } from '../engine/weights/byteSource.ts';
import type { LoadOptions } from '../engine/weights/lazyWeights.ts';
import type { OpenedModel } from './models.ts';
import type { ModelFile } from './protocol.ts';

/**
 * Opens a state dict of the reader's own; what it holds is recognised from its tensors.
 * @throws {EngineError} for anything that is not a state dict of a known architecture
 */
export function openModelFile(
  id: string,
  { file, name, labels, inputSize }: ModelFile,
  { signal }: LoadOptions = {},
): Promise<OpenedModel> {
  return openStateDict(id, new BlobSource(file, name), { labels, inputSize, signal });
}
