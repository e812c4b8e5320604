import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { CodeRequest } from '../../src/components/figures/pytorchCode.ts';
import { libraryCode } from '../../src/components/figures/pytorchLibraries.ts';
import { allMethods } from '../../src/engine/methods/index.ts';
import { smallManifest } from '../support/models.ts';

const { architecture, preprocessing } = smallManifest();
const request = (method: string, options: CodeRequest['options']): CodeRequest => ({
  method,
  options,
  layer: 'features.5',
  target: { kind: 'logit', class: 3 },
  label: 'cat',
  architecture,
  preprocessing,
  weights: 'model.safetensors',
  picture: 'cat.webp',
});

const python = spawnSync('python3', ['--version']).status === 0;

describe('library code', () => {
  it('asks Captum for Integrated Gradients with the same baseline, steps and rule', () => {
    const options = { baseline: 'mean', steps: 20, rule: 'midpoint', seed: 1 };
    expect(libraryCode(request('integrated-gradients', options))).toEqual({
      library: 'Captum',
      code: `from captum.attr import IntegratedGradients

attribution = IntegratedGradients(model).attribute(x, target=3, baselines=0, n_steps=20, method="riemann_middle")
heat = attribution[0].sum(0)`,
    });
  });

  it('is not there for what no library computes alike', () => {
    expect(
      libraryCode(request('integrated-gradients', { baseline: 'blurred', steps: 9 })),
    ).toBeUndefined();
    expect(libraryCode(request('rise', {}))).toBeUndefined();
    const { target, ...rest } = request('saliency', { reduction: 'max' });
    expect(libraryCode({ ...rest, target: { ...target, kind: 'probability' } })).toBeUndefined();
  });

  it('is Python', async ({ skip }) => {
    skip(!python, 'no python3');
    const methods = await allMethods();
    const codes = methods.flatMap(({ id, options }) => {
      const defaults = Object.fromEntries(options.map((option) => [option.name, option.default]));
      return libraryCode(request(id, defaults))?.code ?? [];
    });
    expect(codes.length).toBeGreaterThan(5);
    const parse = 'import ast, sys; ast.parse(sys.stdin.read())';
    const { status, stderr } = spawnSync('python3', ['-c', parse], { input: codes.join('\n\n') });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  });
});
