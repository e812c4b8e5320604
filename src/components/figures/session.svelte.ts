import { onMount } from 'svelte';
import { fromStore } from 'svelte/store';
import { cancel, preferBackend, request, RequestError } from '../../client/engine.ts';
import {
  $openedModels as openedModels,
  imageNetModel,
  modelNamed,
  type ChoosableModel,
} from '../../client/models.ts';
import { loadPicture, ownPictures, PictureError } from '../../client/pictures.ts';
import { connectAddress, field, initialValue } from '../../client/state.ts';
import type { Ask, KeyedPicture, LoadProgress, Progress } from '../../worker/protocol.ts';
import { labModel, type SiteFacts } from './figure.ts';

/** `still` until the first live result; `live` as long as what is shown answers the controls. */
export type FigureStatus = 'still' | 'working' | 'live' | 'error';

/** Which models a figure shows. */
export interface ModelChoice {
  /** The one that its still was drawn with, shown until the reader chooses another. */
  readonly model: string;
  /** Whether the figure has something to show of a model; of any if left out. */
  readonly accepts?: (model: ChoosableModel) => boolean;
}

/** A link may name a picture or a model that there is not; one that can be fetched is left to the reader. */
function dropUnknown({ pictures, models }: SiteFacts): void {
  const picture = field('picture');
  const known = [...pictures.map(({ id }) => id), ...ownPictures().map(({ key }) => key)];
  if (!known.includes(picture.get())) picture.set(initialValue('picture'));
  const model = field('model');
  const there = modelNamed(model.get(), [...models, ...openedModels.get()]);
  if (!there && !model.get().startsWith(imageNetModel)) model.set(initialValue('model'));
}

/** One figure's conversation with the engine: model, status, progress, errors, and retry. */
export class FigureSession {
  status = $state<FigureStatus>('still');
  error = $state<string | undefined>();
  progress = $state<LoadProgress | undefined>();
  /** How far a long computation has come; set by whoever asked for it, for this run only. */
  steps = $state.raw<Progress | undefined>();
  /** Whether the reader has stopped this run. */
  stopped = false;
  /** Undefined for a figure that always shows the same models. */
  readonly choice: ModelChoice | undefined;
  private readonly id: string;
  private readonly site: SiteFacts;
  private readonly opened = fromStore(openedModels);
  private readonly wantedModel = fromStore(field('model'));
  private readonly wantedClass = fromStore(field('class'));
  private turn = 0;
  /** Requests of the newest run. */
  private asked = 0;
  private last: (() => Promise<void>) | undefined;

  /** All models that there are, without their untrained twins. */
  readonly known = $derived.by((): ChoosableModel[] => {
    const opened = this.opened.current;
    const shipped = this.site.models.filter(({ id }) => !opened.some((model) => model.id === id));
    return [...shipped, ...opened];
  });

  /** Those to choose from. */
  readonly models = $derived(this.known.filter((model) => this.accepts(model)));

  /** The reader's choice, where the figure has something to show of it; the atlas has nothing of twins. */
  private readonly chosen = $derived.by(() => {
    const found = this.choice && modelNamed(this.wantedModel.current, this.models);
    return found && this.accepts(found) ? found : undefined;
  });

  /** The reader's choice, where the figure has nothing to show of it. */
  readonly foreign = $derived(
    this.chosen ? undefined : modelNamed(this.wantedModel.current, this.known),
  );

  /** The model that the figure shows: the reader's choice, where there is such a model, or its own. */
  readonly model: ChoosableModel = $derived.by(() => {
    const own = this.choice?.model ?? labModel;
    return this.chosen ?? modelNamed(own, this.site.models) ?? this.site.models[0]!;
  });

  /** The class to explain; a class that the model does not have becomes the predicted one. */
  readonly target = $derived.by(() => {
    const wanted = this.wantedClass.current;
    return wanted === 'predicted' || wanted < this.model.labels.length ? wanted : 'predicted';
  });

  /** To be made while a component initialises. */
  constructor(id: string, site: SiteFacts, choice?: ModelChoice) {
    this.id = id;
    this.site = site;
    this.choice = choice;
    onMount(() => {
      connectAddress();
      dropUnknown(site);
      const backend = field('backend').get();
      if (backend !== 'auto') preferBackend(backend);
    });
  }

  private accepts(model: ChoosableModel): boolean {
    return this.choice?.accepts?.(model) ?? true;
  }

  /**
   * Runs `work`; a newer run makes an older one's results and errors void.
   * @param work gets its own `ask` and the picture of the given key
   */
  run(pictureKey: string, work: (ask: Ask, picture: KeyedPicture) => Promise<void>): void {
    this.start(async (turn) => {
      const picture = await loadPicture(pictureKey, this.site.pictures);
      // A picture that arrives late must not cancel what a newer run has asked for.
      if (turn === this.turn) await work(this.asker(turn), picture);
    });
  }

  /** As `run`, for what does not depend on a picture. */
  runWithoutPicture(work: (ask: Ask) => Promise<void>): void {
    this.start((turn) => work(this.asker(turn)));
  }

  private start(work: (turn: number) => Promise<void>): void {
    const attempt = async () => {
      const turn = ++this.turn;
      this.error = undefined;
      this.progress = undefined;
      this.steps = undefined;
      this.stopped = false;
      this.asked = 0;
      this.status = 'working';
      try {
        await work(turn);
        if (turn === this.turn) this.status = 'live';
      } catch (error) {
        if (turn === this.turn) this.fail(error);
      }
      if (turn === this.turn) this.steps = undefined;
    };
    this.last = attempt;
    void attempt();
  }

  retry(): void {
    void this.last?.();
  }

  /** Gives up what the newest run has asked for; what it has shown so far stays. */
  stop(): void {
    this.stopped = true;
    for (let count = 0; count < this.asked; count++) cancel(`${this.id} ${count}`);
  }

  /** The first request of a run cancels the first of the run before, and so on. */
  private asker(turn: number): Ask {
    let count = 0;
    const outdated = () => new RequestError('cancelled', 'a newer run took its place');
    return async (kind, params, onPreview) => {
      // Nor must what has waited for a file: the newer run's requests are of the same groups.
      if (turn !== this.turn) throw outdated();
      const group = `${this.id} ${count++}`;
      this.asked = Math.max(this.asked, count);
      // Previews come by a channel of their own and may arrive after the result.
      let settled = false;
      const result = await request(kind, params, {
        group,
        onPreview:
          onPreview &&
          ((preview) => {
            if (!settled && turn === this.turn) onPreview(preview);
          }),
        onProgress: (progress) => {
          if (turn === this.turn) this.progress = progress;
        },
      }).finally(() => (settled = true));
      if (turn !== this.turn) throw outdated();
      return result;
    };
  }

  private fail(error: unknown): void {
    if (this.stopped) {
      this.status = 'live';
      return;
    }
    const known = error instanceof RequestError || error instanceof PictureError;
    if (!known) console.error(error);
    const message = error instanceof Error ? error.message : String(error);
    this.error = message.charAt(0).toUpperCase() + message.slice(1);
    this.status = 'error';
  }
}
