import { onMount } from 'svelte';
import { preferBackend, request, RequestError } from '../../client/engine.ts';
import { loadPicture, ownPictures, PictureError } from '../../client/pictures.ts';
import { connectAddress, field, initialValue } from '../../client/state.ts';
import type { Ask, KeyedPicture, LoadProgress } from '../../worker/protocol.ts';
import type { SiteFacts } from './figure.ts';

/** `still` until the first live result; `live` as long as what is shown answers the controls. */
export type FigureStatus = 'still' | 'working' | 'live' | 'error';

/** A link may name a picture or a class that this site does not have. */
function dropUnknown({ pictures, labels }: SiteFacts): void {
  const picture = field('picture');
  const known = [...pictures.map(({ id }) => id), ...ownPictures().map(({ key }) => key)];
  if (!known.includes(picture.get())) picture.set(initialValue('picture'));
  const target = field('class');
  if (Number(target.get()) >= labels.length) target.set(initialValue('class'));
}

/** One figure's conversation with the engine: status, progress, errors, and retry. */
export class FigureSession {
  status = $state<FigureStatus>('still');
  error = $state<string | undefined>();
  progress = $state<LoadProgress | undefined>();
  private readonly id: string;
  private readonly site: SiteFacts;
  private turn = 0;
  private last: (() => Promise<void>) | undefined;

  /** To be made while a component initialises. */
  constructor(id: string, site: SiteFacts) {
    this.id = id;
    this.site = site;
    onMount(() => {
      connectAddress();
      dropUnknown(site);
      const backend = field('backend').get();
      if (backend !== 'auto') preferBackend(backend);
    });
  }

  /**
   * Runs `work`; a newer run makes an older one's results and errors void.
   * @param work gets its own `ask` and the picture of the given key
   */
  run(pictureKey: string, work: (ask: Ask, picture: KeyedPicture) => Promise<void>): void {
    const attempt = async () => {
      const turn = ++this.turn;
      this.error = undefined;
      this.progress = undefined;
      this.status = 'working';
      try {
        const picture = await loadPicture(pictureKey, this.site.pictures);
        // A picture that arrives late must not cancel what a newer run has asked for.
        if (turn !== this.turn) return;
        await work(this.asker(turn), picture);
        if (turn === this.turn) this.status = 'live';
      } catch (error) {
        if (turn === this.turn) this.fail(error);
      }
    };
    this.last = attempt;
    void attempt();
  }

  retry(): void {
    void this.last?.();
  }

  /** The first request of a run cancels the first of the run before, and so on. */
  private asker(turn: number): Ask {
    let count = 0;
    return async (kind, params) => {
      const group = `${this.id} ${count++}`;
      const result = await request(kind, params, {
        group,
        onProgress: (progress) => {
          if (turn === this.turn) this.progress = progress;
        },
      });
      if (turn !== this.turn) throw new RequestError('cancelled', 'a newer run took its place');
      return result;
    };
  }

  private fail(error: unknown): void {
    const known = error instanceof RequestError || error instanceof PictureError;
    if (!known) console.error(error);
    const message = error instanceof Error ? error.message : String(error);
    this.error = message.charAt(0).toUpperCase() + message.slice(1);
    this.status = 'error';
  }
}
