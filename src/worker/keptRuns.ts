import type { Run } from '../engine/model.ts';

/** Forward passes kept for reuse, and the bytes of all their activations together. */
const most = { runs: 6, bytes: 256 * 2 ** 20 } as const;

/** Forward passes by name; those unused for longest are freed when there are too many or they take too much room. */
export class KeptRuns {
  /** Most recently used last. */
  private readonly kept = new Map<string, Run>();
  private readonly inUse = new Map<object, Run[]>();

  /** The run of this name, made if there is none. It is not freed before its user is done. */
  use(user: object, name: string, make: () => Run): Run {
    const run = this.kept.get(name) ?? make();
    this.kept.delete(name);
    this.kept.set(name, run);
    this.inUse.set(user, [...(this.inUse.get(user) ?? []), run]);
    return run;
  }

  done(user: object): void {
    const runs = new Set(this.inUse.get(user));
    this.inUse.delete(user);
    const forgotten = [...runs].filter((run) => ![...this.kept.values()].includes(run));
    for (const run of forgotten) if (!this.isInUse(run)) run.dispose();
    this.trim();
  }

  /** Forgets the runs whose name fits. */
  drop(fits: (name: string) => boolean): void {
    for (const name of [...this.kept.keys()]) if (fits(name)) this.remove(name);
  }

  /** The newest stays, however large. */
  private trim(): void {
    const bytes = () => [...this.kept.values()].reduce((sum, run) => sum + run.bytes, 0);
    for (const name of [...this.kept.keys()].slice(0, -1)) {
      if (this.kept.size <= most.runs && bytes() <= most.bytes) return;
      if (!this.isInUse(this.kept.get(name)!)) this.remove(name);
    }
  }

  private remove(name: string): void {
    const run = this.kept.get(name)!;
    this.kept.delete(name);
    if (!this.isInUse(run)) run.dispose();
  }

  private isInUse(run: Run): boolean {
    return [...this.inUse.values()].some((runs) => runs.includes(run));
  }
}
