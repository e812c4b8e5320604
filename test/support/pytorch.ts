import { execFileSync, spawnSync } from 'node:child_process';

/** A Python that has PyTorch. */
export interface PythonWithTorch {
  readonly python: string;
  readonly version: string;
}

/** Why something was left out where there is none. */
export const withoutTorch = 'no python3 with torch (Debian: apt-get install python3-torch)';

/** Debian's own first: it is the one that its PyTorch is installed for. */
const pythons = ['/usr/bin/python3', 'python3'];

export function pythonWithTorch(): PythonWithTorch | undefined {
  for (const python of pythons) {
    try {
      const print = 'import torch; print(torch.__version__)';
      return {
        python,
        version: execFileSync(python, ['-c', print], { stdio: 'pipe' }).toString().trim(),
      };
    } catch {
      // Without PyTorch the next Python may have it.
    }
  }
  return undefined;
}

/**
 * Runs a script that imports PyTorch before anything else.
 * @param args the script and what it is given
 * @param folder where it runs
 * @returns whether there is a PyTorch
 */
export function runWithTorch(args: readonly string[], folder: string): boolean {
  for (const python of pythons) {
    const { status, error, stderr } = spawnSync(python, args, { cwd: folder });
    if (status === 0) return true;
    const message = error?.message ?? stderr.toString();
    if (!error && !message.includes("No module named 'torch'")) throw new Error(message);
  }
  return false;
}
