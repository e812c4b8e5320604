import type { ModelFile } from '../worker/protocol.ts';
import { closeModel, keepOpen, request } from './engine.ts';
import { addModel, choosable, removeModel } from './models.ts';
import { ownPrefix } from './pictures.ts';

/** What a file was opened with, by the id of the model. */
const files = new Map<string, ModelFile>();
let count = 0;

/**
 * Opens a state dict of the reader's own and offers it to all figures.
 * @returns its id
 * @throws {RequestError}
 */
export async function openModelFile(model: ModelFile): Promise<string> {
  const id = `${ownPrefix}${++count}`;
  const params = { model: id, ...model };
  const description = await request('openModel', params);
  keepOpen('openModel', params);
  files.set(id, model);
  addModel(choosable(description));
  return id;
}

/**
 * Opens a file anew, with other labels or another input size.
 * @returns the id of what takes its place; `id` stays open until it is discarded
 * @throws {RequestError}
 */
export function reopenModelFile(
  id: string,
  changes: Pick<ModelFile, 'labels' | 'inputSize'>,
): Promise<string> {
  return openModelFile({ ...files.get(id)!, ...changes });
}

/** Frees what no figure shows any more. */
export function discardModelFile(id: string): void {
  files.delete(id);
  removeModel(id);
  closeModel(id);
}

/** One label a line; empty lines at either end do not count. */
export function labelLines(text: string): string[] | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed.split(/\r?\n/).map((line) => line.trim());
}
