/**
 * `npm run bench`: bytes until each figure is live, and the price of a capture on every
 * backend beside onnxruntime-web and PyTorch, and of every attribution method, all in one run. Nothing
 * here passes or fails.
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
import { captureSamples, networks, type BenchedNetwork } from './captureTimes.ts';
import { medians, type Samples } from './median.ts';
import { printMethodTimes } from './methodTable.ts';
import { figureBytes } from './figureBytes.ts';
import { startPytorch, type PytorchSamples } from './pytorch.ts';
import { printTable } from './table.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'keep-site': { type: 'boolean' } },
});
const rounds = Number(positionals[0] ?? 100);
/** Blocks in which WASM and PyTorch alternate. */
const turns = 10;
const milliseconds = (value: number) => value.toFixed(2);
const kilobytes = (value: number) => (value / 1000).toFixed(1);

type Row = [where: string, times: Readonly<Record<string, number>>];

const roundsOf = ({ share }: BenchedNetwork) => Math.max(turns, Math.round(share * rounds));
/** A software adapter takes seconds for a pass. */
const slowRoundsOf = ({ share }: BenchedNetwork) => Math.max(2, Math.round((share * rounds) / 12));

/** WASM in Node and PyTorch take turns, so that their times can be compared on a busy machine. */
async function wasmAndPytorchRows(network: BenchedNetwork): Promise<Row[]> {
  await startNodeBackend('wasm');
  const model = await shippedModel(network.model);
  const python = startPytorch(network.model);
  const perTurn = Math.ceil(roundsOf(network) / turns);
  const ours: Array<Samples<string>> = [];
  const theirs: PytorchSamples[] = [];
  for (let turn = 0; turn < turns; turn++) {
    ours.push(await captureSamples(model, perTurn, turn === 0 ? 2 * perTurn : 1));
    if (python) theirs.push(await python.sample(perTurn));
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

async function cpuRow(network: BenchedNetwork): Promise<Row> {
  await startNodeBackend('cpu');
  const model = await shippedModel(network.model);
  return ['cpu, Node', medians(await captureSamples(model, slowRoundsOf(network), 1))];
}

async function browserRows(url: string, network: BenchedNetwork): Promise<Row[]> {
  const browser = await launchChromium('webgpu', 'webgl');
  const rows: Row[] = [];
  for (const backend of ['wasm', 'webgpu', 'webgl'] as const) {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.times);
    const count = backend === 'wasm' ? roundsOf(network) : slowRoundsOf(network);
    const result = await page.evaluate(([name, model, n]) => window.times.capture(name, model, n), [
      backend,
      network.model,
      count,
    ] as const);
    if (typeof result === 'string') console.log(`skipped ${backend} in Chromium: ${result}`);
    else rows.push([`${backend}, Chromium (${result.adapter.slice(0, 60)})`, result.times]);
    await page.close();
  }
  await browser.close();
  return rows;
}

async function onnxRow(url: string, network: BenchedNetwork) {
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.times);
  const result = await page.evaluate(([model, n]) => window.times.onnx(model, n), [
    network.model,
    roundsOf(network),
  ] as const);
  await browser.close();
  return result;
}

function printTimes(network: BenchedNetwork, rows: readonly Row[]): void {
  const tasks = Object.entries(network.tasks);
  printTable(
    `${network.title}, one picture, median milliseconds and, in brackets, forward passes ` +
      `(${roundsOf(network)} rounds, ${slowRoundsOf(network)} on slow backends)`,
    ['', ...tasks.map(([, { title }]) => title)],
    rows.map(([where, times]) => [
      where,
      ...tasks.map(
        ([name]) =>
          `${milliseconds(times[name]!)} (${(times[name]! / times['forward']!).toFixed(2)})`,
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
const bytes = await figureBytes(browser, 'webgpu');
await browser.close();
printTable(
  'Kilobytes until a figure is live, on WebGPU with an empty cache; the first of each page is what the page costs',
  ['page', 'figure', 'scripts, gzipped', 'weights', 'everything'],
  bytes.map(({ page, figure, scripts, weights, everything }) => [
    page,
    figure,
    kilobytes(scripts),
    kilobytes(weights),
    kilobytes(everything),
  ]),
);
const server = await servePage(join(root, 'bench/page/times.ts'));
for (const network of networks) {
  const onnx = await onnxRow(server.url, network);
  const browsers = await browserRows(server.url, network);
  printTimes(network, [...(await wasmAndPytorchRows(network)), await cpuRow(network), ...browsers]);
  printTable(
    `${network.title}, forward pass in one Chromium, WASM, one thread ` +
      `(largest difference of a logit ${onnx.difference.toExponential(1)})`,
    ['', 'median ms'],
    [
      ['this engine', milliseconds(onnx.engine)],
      ['onnxruntime-web', milliseconds(onnx.ort)],
    ],
  );
}
for (const { model, share } of networks)
  await printMethodTimes(
    server.url,
    model,
    Math.max(2, Math.round((share * rounds) / 10)),
    share === 1,
  );
await server.close();
