import { EngineError } from '../errors.ts';
import { seededRandom } from '../random.ts';
import { sampled, subjectOf, valuesAt } from './batches.ts';
import { MeanOfSamples } from './meanOfSamples.ts';
import { defineMethod, type Evidence } from './method.ts';
import { completeness, list } from './pathIntegral.ts';
import { sumChannels } from './reductions.ts';
import { seedOption } from './seedOption.ts';

// #region expectedGradients
/**
 * L = mean over n draws of sum over colour channels of (I - R) dS/dI at R + a (I - R), R one of the
 * reference pictures and a in [0, 1), both drawn evenly: Integrated Gradients, averaged over baselines
 * that are pictures. Signed, in target units; its sum nears S(I) minus the mean S of the references.
 * Sample i draws reference and place, in this order, from stream i of the seed.
 * `details`: `attribution` and `gradient` (mean) `[1, C, H, W]`; `standardError` of the map `[H, W]`, from two
 * samples on; `drawn`, the reference of each sample; `sum`, `difference` (to the mean over the
 * references that were drawn) and `gap`.
 * Source: Erion et al. 2019, arXiv:1906.10670; Captum has it as `GradientShap` with noise 0.
 * @throws {EngineError} `invalid-option` without reference pictures
 */
export const expectedGradients = defineMethod({
  id: 'expected-gradients',
  name: 'Expected Gradients',
  family: 'gradient',
  unit: 'target units',
  atLayer: false,
  long: true,
  options: [
    {
      kind: 'number',
      name: 'samples',
      label: 'Draws',
      min: 1,
      max: 1000,
      step: 1,
      default: 100,
      integer: true,
    },
    seedOption,
  ],
  async attribute(run, request, { samples, seed }) {
    const { references } = request;
    if (!references)
      throw new EngineError(
        'invalid-option',
        'expected gradients need other pictures to compare this one with, got none',
      );
    const subject = await subjectOf(run, request);
    const { pixels, target, logits } = subject;
    const size = pixels.data.length;
    const draws = Array.from({ length: samples }, (_, sample) => {
      const random = seededRandom(seed, sample);
      return { reference: Math.floor(random() * references.shape[0]!), place: random() };
    });
    const reference = (index: number) => references.data.subarray(index * size, (index + 1) * size);
    const drawn = [...new Set(draws.map((draw) => draw.reference))];
    const values = await valuesAt(subject, drawn.map(reference), request);
    const valueOf = new Map(drawn.map((index, i) => [index, values[i]!]));
    const mean = draws.reduce((sum, draw) => sum + valueOf.get(draw.reference)!, 0) / samples;

    const attributions = new MeanOfSamples(size);
    const gradients = new MeanOfSamples(size);
    const maps = new MeanOfSamples(pixels.shape[2]! * pixels.shape[3]!);
    const evidence = (): Evidence => {
      const of = (data: Float32Array) => ({ shape: pixels.shape, data });
      const attribution = of(attributions.mean());
      const map = sumChannels(attribution);
      const error = maps.standardError();
      return {
        map,
        details: {
          attribution,
          gradient: of(gradients.mean()),
          ...(error && { standardError: { shape: map.shape, data: error } }),
          drawn: list(draws.map((draw) => draw.reference)),
          ...completeness(attribution.data, target.value - mean),
        },
        layer: undefined,
        target,
        logits,
      };
    };

    await sampled(subject, request, {
      count: samples,
      gradients: true,
      input(index) {
        const { reference: chosen, place } = draws[index]!;
        return reference(chosen).map((value, i) => value + place * (pixels.data[i]! - value));
      },
      take(index, { gradient }) {
        const start = reference(draws[index]!.reference);
        const data = gradient.map((g, i) => g * (pixels.data[i]! - start[i]!));
        attributions.add(data);
        gradients.add(gradient);
        maps.add(sumChannels({ shape: pixels.shape, data }).data);
      },
      partial: evidence,
    });
    return evidence();
  },
});
// #endregion
