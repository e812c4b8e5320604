/** What class-activation maps must be for networks that can be seen through. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { capture } from '../../../src/engine/capture.ts';
import { ablationCam } from '../../../src/engine/methods/ablationCam.ts';
import { cam } from '../../../src/engine/methods/cam.ts';
import { fullGrad } from '../../../src/engine/methods/fullGrad.ts';
import { gradCam } from '../../../src/engine/methods/gradCam.ts';
import { hiResCam } from '../../../src/engine/methods/hiResCam.ts';
import { layerView, pooledBy } from '../../../src/engine/methods/layerView.ts';
import type { Attribution } from '../../../src/engine/methods/method.ts';
import { scoreCam } from '../../../src/engine/methods/scoreCam.ts';
import { shapleyCam } from '../../../src/engine/methods/shapleyCam.ts';
import type { Model, Run } from '../../../src/engine/model.ts';
import { Trace } from '../../../src/engine/trace.ts';
import { onEachBackend } from '../../support/backends.ts';
import { relativeError } from '../../support/closeness.ts';
import { noise, smallModel } from '../../support/models.ts';

const target = { kind: 'logit', class: 3 } as const;
const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);

onEachBackend(() => {
  let model: Model;
  let run: Run;
  let bias: number;

  beforeAll(async () => {
    model = smallModel(32);
    run = model.run(noise([1, 3, 32, 32]));
    bias = (await model.parameter('head.bias')).data[target.class]!;
  });

  afterAll(async () => {
    run.dispose();
    await model.dispose();
  });

  describe('behind the last block', () => {
    it.each(['features', 'features.5', 'features.5.2'])('%s is pooled', (layer) => {
      expect(pooledBy(model, layer)).toBe('pool');
    });

    it.each(['features.5.1', 'features.4'])('%s is not', (layer) => {
      expect(pooledBy(model, layer)).toBeUndefined();
    });

    it('the gradient in closed form is that of a backward pass', async () => {
      const { gradients } = await capture(run, { target, gradients: ['features.5'] });
      const view = await layerView(run, 'features.5', { target, gradient: true });
      expect(relativeError(view.gradient, gradients['features.5']!.data)).toBeLessThan(1e-6);
    });

    it('another class costs no forward pass', async () => {
      await gradCam.explain(run, { target });
      const applied = vi.spyOn(Trace.prototype, 'apply');
      await gradCam.explain(run, { target: { kind: 'logit', class: 5 } });
      expect(applied).not.toHaveBeenCalled();
      applied.mockRestore();
    });

    it('CAM, Grad-CAM and HiResCAM are one map, and add up to the logit', async () => {
      const [first, second, third] = [
        await cam.explain(run, { target }),
        await gradCam.explain(run, { target, options: { relu: 'off' } }),
        await hiResCam.explain(run, { target }),
      ];
      const positions = second.map.data.length;
      const scaled = first.map.data.map((value) => value / positions);
      expect(relativeError(scaled, second.map.data)).toBeLessThan(1e-5);
      expect(relativeError(third.map.data, second.map.data)).toBeLessThan(1e-5);
      expect(sum(second.map.data)).toBeCloseTo(second.target.value - bias, 5);
    });

    it('ablating a channel takes off its part of the logit', async () => {
      const ablated = await ablationCam.explain(run, { target });
      const weights = await gradCam.explain(run, { target });
      const view = await layerView(run, 'features.5', { target, gradient: false });
      const expected = weights.details['alpha']!.data.map(
        (alpha, c) =>
          (alpha * sum(view.activation.subarray(c * view.plane, (c + 1) * view.plane))) /
          ablated.target.value,
      );
      expect(relativeError(ablated.details['alpha']!.data, expected)).toBeLessThan(1e-4);
    });
  });

  it('CAM says where else it would work', async () => {
    await expect(cam.explain(run, { target, layer: 'features.3' })).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining('features.3 is none, choose features'),
    });
  });

  it('Shapley-CAM of a logit is Grad-CAM', async () => {
    const request = { target, layer: 'features.3' };
    const shapley = await shapleyCam.explain(run, request);
    expect(shapley.map.data).toEqual((await gradCam.explain(run, request)).map.data);
  });

  it("FullGrad's terms add up to the logit", async () => {
    const { details, target: found } = await fullGrad.explain(run, { target });
    expect(details['terms']!.shape).toEqual([7]);
    expect(sum(details['terms']!.data) + bias).toBeCloseTo(found.value, 4);
  });

  it("Score-CAM's weights are shares of the channels that were looked at", async () => {
    const partials: Attribution[] = [];
    const { details } = await scoreCam.explain(run, {
      target,
      options: { channels: 40 },
      reportEvery: 0,
      onPartial: (partial) => partials.push(partial),
    });
    const { data } = details['alpha']!;
    expect(data.filter((share) => share > 0)).toHaveLength(40);
    expect(sum(data)).toBeCloseTo(1, 5);
    expect(partials.length).toBeGreaterThan(0);
    for (const partial of partials) expect(sum(partial.details['alpha']!.data)).toBeCloseTo(1, 5);
  });

  it('averages layers at the finest size and mirrored pictures upright', async () => {
    const options = { layers: 'features.3', relu: 'off' };
    const both = await gradCam.explain(run, { target, layer: 'features.5', options });
    expect(both).toMatchObject({ layer: 'features.3', map: { shape: [8, 8] } });
    const deep = await gradCam.explain(run, { target, options: { relu: 'off' } });
    const shallow = await gradCam.explain(run, {
      target,
      layer: 'features.3',
      options: { relu: 'off' },
    });
    // The corners of an enlarged map are its own.
    const corner = (deep.map.data[0]! + shallow.map.data[0]!) / 2;
    expect(both.map.data[0]).toBeCloseTo(corner, 6);
  });
});
