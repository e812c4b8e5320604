import type { ShippedPicture } from '../../client/pictures.ts';
import type { Ask, KeyedPicture, Target } from '../../worker/protocol.ts';

/** A picture of the site with what the lab's network makes of it. */
export interface CataloguePicture extends ShippedPicture {
  /** CIFAR-10 label of what it shows, or null where none fits. */
  readonly shows: string | null;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly probability: number;
}

/** What every figure is told about the site, computed when the site is built. */
export interface SiteFacts {
  /** The site's base path, with a slash at the end. */
  readonly base: string;
  readonly pictures: readonly CataloguePicture[];
  /** Class labels of the lab's network. */
  readonly labels: readonly string[];
}

/** Props of every figure island: the view drawn at build time, and the site. */
export interface FigureProps<View> {
  readonly still: View;
  readonly site: SiteFacts;
}

/** What a figure asks its numbers about. */
export interface Subject {
  readonly picture: KeyedPicture;
  readonly target: Target;
}

/** Draws a figure's still: loads its data from the engine for the subject and makes its view. */
export type DrawStill = (ask: Ask, subject: Subject) => Promise<unknown>;

/** The network that the chapter's figures open. */
export const labModel = 'smallcnn-cifar10';
/** The same layers, trained on digits. */
export const digitsModel = 'mnistcnn';

/** Index of the class that a shipped picture shows; undefined where that is not known. */
export function trueClass(site: SiteFacts, picture: string): number | undefined {
  const shows = site.pictures.find(({ id }) => id === picture)?.shows;
  const index = shows ? site.labels.indexOf(shows) : -1;
  return index >= 0 ? index : undefined;
}

/** Resolves the addresses of a still's pictures against the site's base. */
export function atBase<T>(view: T, base: string): T {
  if (Array.isArray(view)) return view.map((item) => atBase(item, base)) as T;
  if (typeof view !== 'object' || view === null) return view;
  const entries = Object.entries(view).map(([key, value]) => [
    key,
    key === 'url' && typeof value === 'string' ? base + value : atBase(value, base),
  ]);
  return Object.fromEntries(entries) as T;
}
