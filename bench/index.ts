/**
 * `npm run bench`: bytes until each page's first live figure, and the price of a capture on every
 * backend beside onnxruntime-web and PyTorch, all in one run. Nothing here passes or fails.
 * `npm run bench -- [ROUNDS] [--keep-site]`: more rounds, and the site as `npm test` left it.
 */
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startNodeBackend } from '../cli/nodeBackend.ts';
import { runScript } from '../scripts/run.mjs';
import { launchChromium } from '../test/support/chromium.ts';
import { shippedModel } from '../test/support/models.ts';
import { servePage } from '../test/support/pageBundle.ts';
import { root } from '../test/support/repository.ts';
import { siteBase, siteFolder } from '../test/support/site.ts';
import type { TensorData } from '../src/engine/layout.ts';
import {
  captureColumns,
  captureSamples,
  type CaptureKind,
  type CaptureTimes,
} from './captureTimes.ts';
import { medians, type Samples } from './median.ts';
import { pageBytes } from './pageBytes.ts';
import { startPytorch, type PytorchSamples } from './pytorch.ts';
import { printTable } from './table.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'keep-site': { type: 'boolean' } },
});
const rounds = Number(positionals[0] ?? 100);
/** A software adapter takes seconds for a pass. */
const slowRounds = Math.max(3, Math.round(rounds / 12));
/** Blocks in which WASM and PyTorch alternate. */
const turns = 10;
const modelId = 'smallcnn-cifar10';
const input: TensorData = {
  shape: [1, 3, 32, 32],
  data: Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i / 7)),
};

const milliseconds = (value: number) => value.toFixed(2);
const kilobytes = (value: number) => (value / 1000).toFixed(1);

type Row = [where: string, times: CaptureTimes];

/** WASM in Node and PyTorch take turns, so that their times can be compared on a busy machine. */
async function wasmAndPytorchRows(): Promise<Row[]> {
  await startNodeBackend('wasm');
  const model = await shippedModel(modelId);
  const python = startPytorch();
  const ours: Array<Samples<CaptureKind>> = [];
  const theirs: PytorchSamples[] = [];
  for (let turn = 0; turn < turns; turn++) {
    ours.push(await captureSamples(model, input, Math.ceil(rounds / turns), turn === 0 ? 20 : 1));
    if (python) theirs.push(await python.sample(Math.ceil(rounds / turns)));
  }
  python?.close();
  await model.dispose();
  const rows: Row[] = [['wasm, Node', medians(...ours)]];
  if (!python) return rows;
  const name = `PyTorch ${python.version}, one thread`;
  return [
    ...rows,
    [`${name}, weights as loaded`, medians(...theirs.map(({ asLoaded }) => asLoaded))],
    [`${name}, weights frozen`, medians(...theirs.map(({ frozen }) => frozen))],
  ];
}

async function cpuRow(): Promise<Row> {
  await startNodeBackend('cpu');
  const model = await shippedModel(modelId);
  return ['cpu, Node', medians(await captureSamples(model, input, slowRounds))];
}

async function browserRows(url: string): Promise<Row[]> {
  const browser = await launchChromium('webgpu', 'webgl');
  const rows: Row[] = [];
  for (const backend of ['wasm', 'webgpu', 'webgl'] as const) {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.times);
    const count = backend === 'wasm' ? rounds : slowRounds;
    const result = await page.evaluate(([name, n]) => window.times.capture(name, n), [
      backend,
      count,
    ] as const);
    if (typeof result === 'string') console.log(`skipped ${backend} in Chromium: ${result}`);
    else rows.push([`${backend}, Chromium (${result.adapter.slice(0, 60)})`, result.times]);
    await page.close();
  }
  await browser.close();
  return rows;
}

async function onnxRow(url: string) {
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.times);
  const result = await page.evaluate((n) => window.times.onnx(n), rounds);
  await browser.close();
  return result;
}

function printTimes(rows: readonly Row[]): void {
  const kinds = Object.keys(captureColumns) as CaptureKind[];
  printTable(
    `SmallCNN, one picture, median milliseconds and, in brackets, forward passes (${rounds} rounds, ${slowRounds} on slow backends)`,
    ['', ...Object.values(captureColumns)],
    rows.map(([where, times]) => [
      where,
      ...kinds.map(
        (kind) => `${milliseconds(times[kind])} (${(times[kind] / times.forward).toFixed(2)})`,
      ),
    ]),
  );
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`,
);
if (!existsSync(join(siteFolder, 'index.html')) || !flags['keep-site'])
  await runScript('build', ['--outDir', 'test-results/site'], { BASE_PATH: siteBase });
const browser = await launchChromium('webgpu');
const bytes = await pageBytes(browser, 'webgpu');
await browser.close();
printTable(
  'Kilobytes until the first live figure, on WebGPU with an empty cache',
  ['page', 'scripts, gzipped', 'weights', 'everything'],
  bytes.map(({ page, scripts, weights, everything }) => [
    page,
    kilobytes(scripts),
    kilobytes(weights),
    kilobytes(everything),
  ]),
);
const server = await servePage(join(root, 'bench/page/times.ts'));
const onnx = await onnxRow(server.url);
const browsers = await browserRows(server.url);
await server.close();
printTimes([...(await wasmAndPytorchRows()), await cpuRow(), ...browsers]);
printTable(
  `Forward pass in one Chromium, WASM, one thread (largest difference of a logit ${onnx.difference.toExponential(1)})`,
  ['', 'median ms'],
  [
    ['this engine', milliseconds(onnx.engine)],
    ['onnxruntime-web', milliseconds(onnx.ort)],
  ],
);
