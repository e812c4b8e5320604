import { EngineError } from '../errors.ts';
import type { Method, MethodDescription } from './method.ts';

/**
 * Every attribution method, in the order in which the chapter introduces them, and where its code
 * lies, which is loaded when the method is first used.
 */
const sources = {
  saliency: async () => (await import('./saliency.ts')).saliency,
  'gradient-x-input': async () => (await import('./gradientXInput.ts')).gradientXInput,
  smoothgrad: async () => (await import('./smoothGrad.ts')).smoothGrad,
  'integrated-gradients': async () =>
    (await import('./integratedGradients.ts')).integratedGradients,
  'expected-gradients': async () => (await import('./expectedGradients.ts')).expectedGradients,
  'blur-ig': async () => (await import('./blurIg.ts')).blurIg,
  'guided-backprop': async () => (await import('./guidedBackprop.ts')).guidedBackprop,
  deconvnet: async () => (await import('./deconvnet.ts')).deconvnet,
  'guided-x-input': async () => (await import('./guidedXInput.ts')).guidedXInput,
  occlusion: async () => (await import('./occlusion.ts')).occlusion,
  rise: async () => (await import('./rise.ts')).rise,
  cam: async () => (await import('./cam.ts')).cam,
  'grad-cam': async () => (await import('./gradCam.ts')).gradCam,
  'guided-grad-cam': async () => (await import('./guidedGradCam.ts')).guidedGradCam,
  'grad-cam-plus-plus': async () => (await import('./gradCamPlusPlus.ts')).gradCamPlusPlus,
  'x-grad-cam': async () => (await import('./xGradCam.ts')).xGradCam,
  'hires-cam': async () => (await import('./hiResCam.ts')).hiResCam,
  'element-wise-grad-cam': async () => (await import('./elementWiseGradCam.ts')).elementWiseGradCam,
  'layer-cam': async () => (await import('./layerCam.ts')).layerCam,
  'score-cam': async () => (await import('./scoreCam.ts')).scoreCam,
  'ablation-cam': async () => (await import('./ablationCam.ts')).ablationCam,
  'eigen-cam': async () => (await import('./eigenCam.ts')).eigenCam,
  'eigen-grad-cam': async () => (await import('./eigenGradCam.ts')).eigenGradCam,
  'full-grad': async () => (await import('./fullGrad.ts')).fullGrad,
  'finer-cam': async () => (await import('./finerCam.ts')).finerCam,
  'shapley-cam': async () => (await import('./shapleyCam.ts')).shapleyCam,
  'kpca-cam': async () => (await import('./kpcaCam.ts')).kpcaCam,
  'random-cam': async () => (await import('./randomCam.ts')).randomCam,
} as const satisfies Readonly<Record<string, () => Promise<Method>>>;

export type MethodId = keyof typeof sources;

export const methodIds = Object.keys(sources) as readonly MethodId[];

/** @throws {EngineError} `unknown-method` */
export async function methodNamed(id: string): Promise<Method> {
  if (Object.hasOwn(sources, id)) return sources[id as MethodId]();
  throw new EngineError(
    'unknown-method',
    `unknown method: ${id}, expected one of ${methodIds.join(', ')}`,
  );
}

/** All of them, with their code. */
export function allMethods(): Promise<Method[]> {
  return Promise.all(methodIds.map((id) => sources[id]()));
}

/** What can be told of a method across a boundary. */
export function describeMethod(method: Method): MethodDescription {
  const { id, name, family, unit, atLayer, long, options } = method;
  return { id, name, family, unit, atLayer, long, options };
}
