/**
 * `npm run bench`: bytes until each page's first live figure, and the price of a capture on every
 * backend beside onnxruntime-web and PyTorch, all in one run. Nothing here passes or fails.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startNodeBackend } from '../cli/nodeBackend.ts';
import { runScript } from '../scripts/run.mjs';
import { launchChromium } from '../test/support/chromium.ts';
import { shippedModel } from '../test/support/models.ts';
import { servePage } from '../test/support/pageBundle.ts';
import { root } from '../test/support/repository.ts';
import { siteBase, siteFolder } from '../test/support/site.ts';
import { captureTimes, type CaptureTimes } from './captureTimes.ts';
import { pageBytes } from './pageBytes.ts';
import { printTable } from './table.ts';

const rounds = Number(process.argv[2] ?? 60);
/** A software adapter takes seconds for a pass. */
const slowRounds = Math.max(3, Math.round(rounds / 12));
const modelId = 'smallcnn-cifar10';

const milliseconds = (value: number) => value.toFixed(2);
const kilobytes = (value: number) => (value / 1000).toFixed(1);

type Row = [where: string, times: CaptureTimes];

async function nodeRows(): Promise<Row[]> {
  const model = await shippedModel(modelId);
  const data = Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i / 7));
  await startNodeBackend('wasm');
  const wasm = await captureTimes(model, { shape: [1, 3, 32, 32], data }, rounds);
  await startNodeBackend('cpu');
  const again = await shippedModel(modelId);
  const cpu = await captureTimes(again, { shape: [1, 3, 32, 32], data }, slowRounds);
  return [
    ['wasm, Node', wasm],
    ['cpu, Node', cpu],
  ];
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

interface PytorchTimes {
  readonly version: string;
  readonly asLoaded: CaptureTimes;
  readonly frozen: CaptureTimes;
}

/** Undefined, with the reason printed, where there is no PyTorch. */
function pytorchTimes(): PytorchTimes | undefined {
  const script = join(root, 'bench/pytorch.py');
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      const output = execFileSync(python, [script, String(rounds)], { stdio: 'pipe' });
      return JSON.parse(output.toString()) as PytorchTimes;
    } catch {
      // Without PyTorch the next Python may have it.
    }
  }
  console.log('skipped PyTorch: no python3 with torch (Debian: apt-get install python3-torch)');
  return undefined;
}

function printTimes(rows: readonly Row[]): void {
  printTable(
    `SmallCNN, one picture, median milliseconds (${rounds} rounds, ${slowRounds} on slow backends)`,
    ['', 'forward', '+ input gradient', 'ratio', '+ every module', 'ratio'],
    rows.map(([where, { forward, inputGradient, everything }]) => [
      where,
      milliseconds(forward),
      milliseconds(inputGradient),
      (inputGradient / forward).toFixed(2),
      milliseconds(everything),
      (everything / forward).toFixed(2),
    ]),
  );
}

function pytorchRows(): Row[] {
  const times = pytorchTimes();
  if (!times) return [];
  const name = `PyTorch ${times.version}, one thread`;
  return [
    [`${name}, weights as loaded`, times.asLoaded],
    [`${name}, weights frozen`, times.frozen],
  ];
}

if (!existsSync(join(siteFolder, 'index.html')) || !process.argv.includes('--keep-site'))
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
printTimes([...(await nodeRows()), ...pytorchRows(), ...browsers]);
printTable(
  `Forward pass in one Chromium, WASM, one thread (largest difference of a logit ${onnx.difference.toExponential(1)})`,
  ['', 'median ms'],
  [
    ['this engine', milliseconds(onnx.engine)],
    ['onnxruntime-web', milliseconds(onnx.ort)],
  ],
);
