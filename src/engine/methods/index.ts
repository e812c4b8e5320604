import { EngineError } from '../errors.ts';
import { gradCam } from './gradCam.ts';
import type { Method } from './method.ts';
import { saliency } from './saliency.ts';

/** Every attribution method, in the order in which the chapter introduces them. */
export const methods: readonly Method[] = [saliency, gradCam];

/** @throws {EngineError} `unknown-method` */
export function methodNamed(id: string): Method {
  const method = methods.find((candidate) => candidate.id === id);
  if (!method)
    throw new EngineError(
      'unknown-method',
      `unknown method: ${id}, expected one of ${methods.map((m) => m.id).join(', ')}`,
    );
  return method;
}
