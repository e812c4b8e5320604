import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startNodeBackend } from '../cli/nodeBackend.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { methodGoldenNames, readMethodGolden } from '../test/support/methodGoldens.ts';
import { readManifest, shippedModel } from '../test/support/models.ts';
import { pythonWithTorch, withoutTorch } from '../test/support/pytorch.ts';
import { root } from '../test/support/repository.ts';
import { median } from './median.ts';
import { methodPeak, methodTimes, type BenchedMethod, type MethodTimes } from './methodTimes.ts';
import { printTable } from './table.ts';

/** Of every method, the first case of the goldens that explains a logit. */
async function benchedMethods(model: string): Promise<BenchedMethod[]> {
  const name = methodGoldenNames().find((golden) => golden.model === model);
  if (!name) throw new Error(`test/golden/methods has nothing for ${model}`);
  const { cases } = await readMethodGolden(name);
  const logits = cases.filter(({ target }) => !target);
  return [...new Set(logits.map(({ method }) => method))].map((id) => {
    const { method, options, layer } = logits.find((one) => one.method === id)!;
    return { method, options, ...(layer === undefined ? {} : { layer }) };
  });
}

/** Median milliseconds by method, of PyTorch on one thread; undefined, with the reason printed, where there is none. */
async function pytorchTimes(model: string, cases: readonly BenchedMethod[], rounds: number) {
  const found = pythonWithTorch();
  if (!found) {
    console.log(`skipped PyTorch: ${withoutTorch}`);
    return undefined;
  }
  const script = join(root, 'bench/pytorch_methods.py');
  const child = spawn(found.python, [script, model], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify({ rounds, cases })}\n`);
  const { value, done } = await lines.next();
  child.stdin.end();
  if (done) throw new Error('bench/pytorch_methods.py ended without an answer');
  return JSON.parse(value) as Record<string, number[]>;
}

/** Times of every method in this Chromium, or the reason why there are none. */
async function browserTimes(
  url: string,
  backend: 'webgpu' | 'webgl',
  model: string,
  cases: readonly BenchedMethod[],
  onSoftware: boolean,
) {
  const browser = await launchChromium('webgpu', 'webgl');
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.times);
  const times = await page.evaluate(
    ([name, id, methods, everywhere]) => window.times.methods(name, id, methods, everywhere),
    [backend, model, cases, onSoftware] as const,
  );
  await browser.close();
  if (typeof times !== 'string') return times;
  console.log(`skipped ${backend} in Chromium for ${model}: ${times}`);
  return undefined;
}

const milliseconds = (value: number | undefined) => (value === undefined ? '' : value.toFixed(1));

/** The map, and in brackets the first partial one. */
const mapAndFirst = (times: MethodTimes | undefined) =>
  [milliseconds(times?.total), times?.first && `(${milliseconds(times.first)})`]
    .filter(Boolean)
    .join(' ');

/**
 * What each attribution method costs: on WASM in Node (map, first partial map, another class on the same run, most
 * tensors), in PyTorch with the same formula, and on Chromium's GPU backends; on software adapters where `onSoftware`.
 */
export async function printMethodTimes(
  url: string,
  id: string,
  rounds: number,
  onSoftware: boolean,
): Promise<void> {
  const cases = await benchedMethods(id);
  await startNodeBackend('wasm');
  const model = await shippedModel(id);
  const { preprocessing } = await readManifest(id);
  const ours = new Map<string, MethodTimes>();
  const peaks = new Map<string, Awaited<ReturnType<typeof methodPeak>>>();
  for (const benched of cases) {
    ours.set(benched.method, await methodTimes(model, preprocessing, benched, rounds));
    peaks.set(benched.method, await methodPeak(model, preprocessing, benched));
  }
  await model.dispose();
  const theirs = await pytorchTimes(id, cases, rounds);
  const gpu: Array<readonly [string, Record<string, MethodTimes>]> = [];
  for (const backend of ['webgpu', 'webgl'] as const) {
    const times = await browserTimes(url, backend, id, cases, onSoftware);
    if (times) gpu.push([backend, times] as const);
  }
  printTable(
    `Attribution methods on ${id}, one picture, one thread, median milliseconds of ${rounds} rounds ` +
      '(in Chromium: 1); the first partial map, there in brackets, with the options that readers begin with',
    [
      'method',
      'wasm',
      'first partial map',
      'another class',
      'most tensors',
      'MB',
      'PyTorch',
      ...gpu.map(([backend]) => `${backend}, Chromium`),
    ],
    cases.map(({ method, options }) => {
      const times = ours.get(method)!;
      const peak = peaks.get(method)!;
      const settings = Object.entries(options).map(([key, value]) => `${key}=${value}`);
      return [
        [method, ...settings].join(' '),
        milliseconds(times.total),
        milliseconds(times.first),
        milliseconds(times.again),
        String(peak.tensors),
        (peak.bytes / 1e6).toFixed(1),
        milliseconds(theirs?.[method] && median(theirs[method])),
        ...gpu.map(([, found]) => mapAndFirst(found[method])),
      ];
    }),
  );
}
