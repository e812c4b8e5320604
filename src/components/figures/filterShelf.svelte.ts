import { request } from '../../client/engine.ts';
import type { Ask, FilterCensus, KeyedPicture, TensorData } from '../../worker/protocol.ts';
import type { Anatomy, anatomyOf } from './filterAnatomy.ts';
import { loadFirstLayer, loadResponse } from './filterLayers.ts';
import type { FirstLayer, PictureResponse } from './filterLayers.ts';

type Kept<T> = Readonly<Record<string, T>>;

/** What a figure wants to have on its shelf. */
export interface Wanted {
  /** Models in the order in which their walls are wanted. */
  readonly models: readonly string[];
  /** An epoch of the first of them; none for the trained weights. */
  readonly epoch: number | undefined;
  /** The model whose responses are wanted. */
  readonly focus: string;
}

/** What came from the engine so far, each thing asked for once; of responses the last picture's. */
export class FilterShelf {
  layers = $state.raw<Kept<FirstLayer>>({});
  responses = $state.raw<Kept<PictureResponse>>({});
  censuses = $state.raw<Kept<FilterCensus>>({});
  /** Why a census is not to be had, by model. */
  refusals = $state.raw<Kept<string | undefined>>({});
  /** Code that nothing needs before the first census. */
  private anatomyOf = $state.raw<typeof anatomyOf | undefined>();
  private epochs = $state.raw<Kept<TensorData>>({});
  private readonly asked: Record<string, Promise<void> | undefined> = {};

  /** A model's first layer after an epoch, if it is there. */
  after(model: string, epoch: number): TensorData | undefined {
    return this.epochs[`${model} ${epoch}`];
  }

  /** Fetches what is missing, what is seen first before the rest. */
  async fill(ask: Ask, { models, epoch, focus }: Wanted, picture: KeyedPicture): Promise<void> {
    const hero = models[0]!;
    for (const model of models)
      if (!this.layers[model])
        this.layers = { ...this.layers, [model]: await loadFirstLayer(ask, model) };
    if (epoch !== undefined && !this.after(hero, epoch)) {
      const { weights } = await ask('history', { model: hero, epoch });
      if (weights) this.epochs = { ...this.epochs, [`${hero} ${epoch}`]: weights };
    }
    if (this.responses[focus]?.picture !== picture.key) {
      const response = await loadResponse(ask, this.layers[focus]!, picture);
      this.responses = { ...this.responses, [focus]: response };
    }
  }

  /** A filter taken apart, once its model's filters have been analysed; with the spectrum of the weights shown. */
  anatomy(model: string, index: number, shown: TensorData | undefined): Anatomy | undefined {
    const census = this.censuses[model];
    return census && this.anatomyOf?.(census, index, shown);
  }

  /** Has the filters of models analysed, each once: it takes a while, and no picture changes it. */
  async analyse(...models: readonly string[]): Promise<void> {
    for (const model of models) await (this.asked[model] ??= this.askFor(model));
  }

  private async askFor(model: string): Promise<void> {
    this.refuse(model, undefined);
    try {
      const census = await request('filters', { model });
      this.anatomyOf ??= (await import('./filterAnatomy.ts')).anatomyOf;
      this.censuses = { ...this.censuses, [model]: census };
    } catch (error) {
      this.asked[model] = undefined;
      this.refuse(model, error instanceof Error ? error.message : String(error));
    }
  }

  private refuse(model: string, message: string | undefined): void {
    this.refusals = { ...this.refusals, [model]: message };
  }
}
