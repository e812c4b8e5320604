import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonWithTorch, withoutTorch } from '../test/support/pytorch.ts';
import { root } from '../test/support/repository.ts';
import type { Samples } from './median.ts';

/** `asLoaded` computes the gradients of the weights as well, as `backward()` does unless told not to. */
export type PytorchSamples = Readonly<Record<'asLoaded' | 'frozen', Samples<string>>>;

/** A network in PyTorch on one thread, in a process that waits to be asked. */
export interface Pytorch {
  readonly version: string;
  sample(rounds: number): Promise<PytorchSamples>;
  close(): void;
}

/** Undefined, with the reason printed, where there is no PyTorch. */
export function startPytorch(model: string): Pytorch | undefined {
  const found = pythonWithTorch();
  if (!found) {
    console.log(`skipped PyTorch: ${withoutTorch}`);
    return undefined;
  }
  const child = spawn(found.python, [join(root, 'bench/pytorch.py'), model], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    version: found.version,
    async sample(rounds) {
      child.stdin.write(`${rounds}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('bench/pytorch.py ended without an answer');
      return JSON.parse(value) as PytorchSamples;
    },
    close: () => child.stdin.end(),
  };
}
