import type { Catalogue } from './cutoutCatalogue.ts';
import type { Pixels } from './cutoutScene.ts';
import { emptyTable, fillTable, tally, type CutoutTableView } from './cutoutTable.ts';
import { shownModel } from './figure.ts';
import type { FigureSession } from './session.svelte.ts';

/** Milliseconds between two looks at whether the figure is at rest. */
const patience = 60;

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Tables of models other than the still's, filled in while the figure has nothing else to do. */
export class CutoutSurvey {
  private tables = $state.raw<Readonly<Record<string, CutoutTableView>>>({});
  private readonly session: FigureSession;
  /** The model whose table is being filled in. */
  private running: string | undefined;

  /** @param session of its own, so that the figure's own requests go on meanwhile */
  constructor(session: FigureSession) {
    this.session = session;
  }

  of(model: string): CutoutTableView | undefined {
    return this.tables[model];
  }

  isComplete(model: string): boolean {
    const table = this.tables[model];
    if (!table) return false;
    const { cells, done } = tally(table);
    return done === cells;
  }

  /** What has not been computed yet is given up. */
  stop(): void {
    if (this.running === undefined) return;
    this.running = undefined;
    this.session.runWithoutPicture(async () => undefined);
  }

  /**
   * Computes a model's table; that of any other model is given up.
   *
   * @param isBusy whether the figure waits for an answer: then the next cell waits too
   */
  start(
    model: string,
    catalogue: Catalogue,
    load: () => Promise<Pixels>,
    isBusy: () => boolean,
  ): void {
    if (this.running === model) return;
    this.running = model;
    this.session.runWithoutPicture(async (ask) => {
      const pixels = await load();
      const empty = emptyTable(shownModel(await ask('describe', { model })), catalogue);
      await fillTable(ask, catalogue, pixels, empty, async (table) => {
        this.tables = { ...this.tables, [model]: table };
        while (isBusy() && this.running === model) await pause(patience);
      });
      this.running = undefined;
    });
  }
}
