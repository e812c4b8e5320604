import { execFileSync } from 'node:child_process';

/** A Python that has PyTorch. */
export interface PythonWithTorch {
  readonly python: string;
  readonly version: string;
}

/** Why something was left out where there is none. */
export const withoutTorch = 'no python3 with torch (Debian: apt-get install python3-torch)';

export function pythonWithTorch(): PythonWithTorch | undefined {
  for (const python of ['/usr/bin/python3', 'python3']) {
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
