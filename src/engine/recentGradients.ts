import type { TensorData } from './layout.ts';

/** Enough for the gradients at every module of ResNet-18; figures ask for a few of them. */
const mostBytes = 64 * 2 ** 20;

/**
 * Gradients that were computed for one run. Another reduction, another figure or another method often
 * asks for one that has just been there. Those unused for longest are forgotten.
 */
export class RecentGradients {
  /** Most recently used last. */
  private readonly kept = new Map<string, TensorData>();
  private readonly most: number;

  /** @param most bytes of all gradients together */
  constructor(most = mostBytes) {
    this.most = most;
  }

  /** A copy that the caller may change. */
  take(key: string): TensorData | undefined {
    const found = this.kept.get(key);
    if (!found) return undefined;
    this.kept.delete(key);
    this.kept.set(key, found);
    return copied(found);
  }

  put(key: string, gradient: TensorData): void {
    this.kept.delete(key);
    this.kept.set(key, copied(gradient));
    for (const oldest of [...this.kept.keys()]) {
      if (this.bytes <= this.most) return;
      this.kept.delete(oldest);
    }
  }

  get bytes(): number {
    return [...this.kept.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  }
}

const copied = ({ shape, data }: TensorData): TensorData => ({ shape, data: data.slice() });
