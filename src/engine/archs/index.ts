import { EngineError } from '../errors.ts';
import type { Architecture } from './architecture.ts';
import { resnet18, resnet34 } from './resnet.ts';
import { smallcnn } from './smallcnn.ts';

/** Every architecture the engine knows, by the name in a model's manifest. */
export const architectures: Readonly<Record<string, Architecture>> = {
  [smallcnn.name]: smallcnn,
  [resnet18.name]: resnet18,
  [resnet34.name]: resnet34,
};

/** @throws {EngineError} `unknown-architecture` */
export function architectureNamed(name: string): Architecture {
  const architecture = Object.hasOwn(architectures, name) ? architectures[name] : undefined;
  if (!architecture)
    throw new EngineError(
      'unknown-architecture',
      `unknown architecture: ${name}, expected one of ${Object.keys(architectures).join(', ')}`,
    );
  return architecture;
}
