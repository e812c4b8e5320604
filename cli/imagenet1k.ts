#!/usr/bin/env node
/** `npm run models:imagenet1k`: puts torchvision's ImageNet-1k weights among the models, before a build. */
import { parseArgs } from 'node:util';
import { installImageNet, torchvisionUrl } from './imageNet.ts';

const help = `usage: npm run models:imagenet1k -- [--from URL|FILE] [--sha256 DIGITS] [--models FOLDER]

  --from    a state dict of torchvision's ResNet-18, .pth or .safetensors; ${torchvisionUrl}
  --sha256  of that file; otherwise the digits in its name, as in resnet18-f37072fd.pth
  --models  where models lie; public/models`;

const options = {
  from: { type: 'string', default: torchvisionUrl },
  sha256: { type: 'string' },
  models: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** On a terminal, one line that counts up. */
function onProgress(loadedBytes: number, totalBytes: number): void {
  if (!process.stderr.isTTY) return;
  const total = totalBytes > 0 ? ` of ${(totalBytes / 1e6).toFixed(1)}` : '';
  process.stderr.write(`\r${(loadedBytes / 1e6).toFixed(1)}${total} MB`);
  if (loadedBytes === totalBytes) process.stderr.write('\n');
}

async function main(): Promise<string> {
  const { values } = parseArgs({ options });
  if (values.help) return help;
  const { sha256 } = values;
  if (sha256 !== undefined && !/^[0-9a-f]{8,64}$/i.test(sha256))
    throw new Error(`invalid --sha256: ${sha256}, expected 8 to 64 hexadecimal digits`);
  return `wrote ${await installImageNet({ ...values, onProgress })}`;
}

try {
  console.log(await main());
} catch (error) {
  console.error(`models:imagenet1k: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
