import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { agreement, codeRequest, type ShownMap } from '../../src/components/figures/copyPytorch.ts';
import type { SiteFacts } from '../../src/components/figures/figure.ts';
import { pytorchCode } from '../../src/components/figures/pytorchCode.ts';
import { smallManifest } from '../support/models.ts';

const { architecture, preprocessing, labels } = smallManifest();
const picture = (id: string) => ({
  id,
  title: id,
  description: '',
  url: `/book/images/${id}.webp`,
  thumbUrl: '',
  verdicts: {},
});
const site: SiteFacts = {
  base: '/book/',
  pictures: [picture('cat'), picture('dog')],
  models: [
    {
      ...{ id: 'small', title: 'Small', labels, architecture: 'smallcnn', inputSize: 32 },
      ...{ colour: 'rgb', bytes: 1 },
    },
  ],
};
const shown: ShownMap = {
  model: { id: 'small', title: 'Small', architecture, labels, preprocessing, modules: [] },
  picture: 'dog',
  method: 'grad-cam',
  options: { relu: 'on' },
  layer: 'features.5',
  target: { kind: 'logit', class: 1 },
};

beforeEach(
  () => void vi.stubGlobal('location', { href: 'https://example.org/book/grad-cam/?x=1' }),
);
afterEach(() => void vi.unstubAllGlobals());

describe('codeRequest', () => {
  it('names the files of the site, and where they can be had', () => {
    const request = codeRequest({ ...shown, references: ['cat'] }, site);
    expect(request).toMatchObject({
      label: labels[1],
      weights: 'model.safetensors',
      picture: 'dog.webp',
      ownPicture: false,
      references: ['cat.webp'],
      addresses: [
        'https://example.org/book/models/small/model.safetensors',
        'https://example.org/book/images/dog.webp',
        'https://example.org/book/images/cat.webp',
      ],
    });
  });

  it("takes a reader's state dict by its name, which has no address", () => {
    const model = { ...shown.model, id: 'own:1', title: 'SmallCNN, my "best", run.pt' };
    const request = codeRequest({ ...shown, model }, site);
    expect(request.weights).toBe('my "best", run.pt');
    expect(request.addresses).toEqual(['https://example.org/book/images/dog.webp']);
    expect(pytorchCode(request)).toContain(
      'torch.load("my \\"best\\", run.pt", map_location="cpu")',
    );
  });
});

describe('agreement', () => {
  const told = (more: object, backend: 'wasm' | 'webgpu') => {
    const request = { ...codeRequest(shown, site), ...more };
    return agreement(request, pytorchCode(request)!, backend);
  };

  it('promises what the tests of the backend promise', () => {
    expect(told({}, 'wasm')).toContain('to 1e-4 of the largest value');
    expect(told({}, 'webgpu')).toContain('to 2e-3 of the largest value');
  });

  it('promises nothing where numbers are drawn or the browser decodes a file of the reader', () => {
    expect(told({ method: 'random-cam', options: { relu: 'on', seed: 1 } }, 'wasm')).toContain(
      'another draw',
    );
    expect(told({ ownPicture: true }, 'wasm')).toContain('as far as Pillow');
  });
});
