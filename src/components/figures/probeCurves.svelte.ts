import type { FigureSession } from './session.svelte.ts';
import {
  changesAt,
  gridAmounts,
  loadCurve,
  merged,
  probeId,
  type Probe,
  type ProbeCurve,
  type ProbeData,
} from './pixelProbe.ts';

/** So many are kept. */
const kept = 60;

/** Everything that a curve depends on. */
export const curveKey = ({ model, picture, explained }: ProbeData, probe: Probe): string =>
  [model.id, picture.key, explained.target.class, probeId(probe)].join(' ');

/** The curves that were computed on this page; amounts that are asked for later refine them. */
export class ProbeCurves {
  private curves = $state.raw<Readonly<Record<string, ProbeCurve>>>({});
  private readonly session: FigureSession;

  constructor(session: FigureSession) {
    this.session = session;
  }

  of(data: ProbeData, probe: Probe): ProbeCurve | undefined {
    return this.curves[curveKey(data, probe)];
  }

  /** Whether the score is known at this amount. */
  has(data: ProbeData, probe: Probe, amount: number): boolean {
    return changesAt(this.of(data, probe) ?? [], amount, 0) !== undefined;
  }

  /** Computes what is missing of a curve and this amount; a later call makes this one void. */
  measure(data: ProbeData, probe: Probe, amount: number): void {
    const key = curveKey(data, probe);
    const known = this.curves[key];
    const grid = known ? [] : gridAmounts;
    const missing = grid.includes(amount) ? grid : [...grid, amount];
    const { model, explained } = data;
    const target = { kind: 'logit', class: explained.target.class } as const;
    this.session.run(data.picture.key, async (ask, picture) => {
      const found = await loadCurve(ask, picture, { model, target, probe }, missing);
      const others = Object.entries(this.curves).filter(([name]) => name !== key);
      this.curves = {
        ...Object.fromEntries(others.slice(1 - kept)),
        [key]: merged(this.curves[key] ?? [], found),
      };
    });
  }
}
