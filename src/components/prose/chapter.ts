import { getCollection, render, type CollectionEntry } from 'astro:content';
import type { MarkdownHeading } from 'astro';
import type { OutlineEntry, PageOutline } from './remarkOutline.ts';

export type ChapterEntry = CollectionEntry<'chapter'>;

interface Numbers {
  figures: Map<string, Place>;
  equations: Map<string, Place>;
}

/** Where a figure or an equation first stands. */
export interface Place {
  /** "19.6.3" */
  number: string;
  /** Path of its page below the base, "" for the opening page. */
  path: string;
}

/** A line of a page's table of contents. */
export interface ContentsEntry extends OutlineEntry {
  depth: number;
}

const CHAPTER = '19.6';

let numbers: Promise<Numbers> | undefined;

/** The pages of the chapter in reading order. */
export async function chapterPages(): Promise<ChapterEntry[]> {
  const entries = await getCollection('chapter');
  return entries.sort((one, other) => one.data.order - other.data.order);
}

/** Path of a page below the base: "" for the opening page, else "slug/". */
export function pagePath(entry: ChapterEntry): string {
  return entry.id === 'index' ? '' : `${entry.id}/`;
}

/** The lab has its name in the place of a number, and its title says it as well. */
export function isNumbered(number = ''): boolean {
  return /^\d/.test(number);
}

/** @throws Error naming the known ids, when no page has such a figure */
export async function figurePlace(id: string): Promise<Place> {
  return placeOf('figure', id, (await chapterNumbers()).figures);
}

/** @throws Error naming the known ids, when no page has such an equation */
export async function equationPlace(id: string): Promise<Place> {
  return placeOf('equation', id, (await chapterNumbers()).equations);
}

export async function pageOutline(entry: ChapterEntry): Promise<PageOutline> {
  const { remarkPluginFrontmatter } = await render(entry);
  return remarkPluginFrontmatter['outline'] as PageOutline;
}

/** Headings of the first two levels, with the exercises and steps of the lab among them. */
export function contentsOf(outline: PageOutline, headings: MarkdownHeading[]): ContentsEntry[] {
  const remaining = [...headings];
  const contents = outline.entries.map((entry): ContentsEntry | undefined => {
    if (entry) return { ...entry, depth: 2 };
    const heading = remaining.shift();
    return heading && { id: heading.slug, text: heading.text, depth: heading.depth };
  });
  return contents.filter((entry) => entry !== undefined && entry.depth <= 3) as ContentsEntry[];
}

function chapterNumbers(): Promise<Numbers> {
  // A development server must see what was edited since.
  if (import.meta.env.DEV) return countThrough();
  numbers ??= countThrough();
  return numbers;
}

async function countThrough(): Promise<Numbers> {
  const counted: Numbers = { figures: new Map(), equations: new Map() };
  for (const page of await chapterPages()) {
    const outline = await pageOutline(page);
    for (const id of outline.figures) count('figure', counted.figures, id, page);
    for (const id of outline.equations) count('equation', counted.equations, id, page);
  }
  return counted;
}

function count(noun: string, places: Map<string, Place>, id: string, page: ChapterEntry): void {
  if (places.has(id))
    throw new Error(`${noun} "${id}" stands twice: its number would be ambiguous`);
  places.set(id, { number: `${CHAPTER}.${places.size + 1}`, path: pagePath(page) });
}

function placeOf(noun: string, id: string, places: Map<string, Place>): Place {
  const place = places.get(id);
  if (place) return place;
  throw new Error(`unknown ${noun}: "${id}"; the chapter has ${[...places.keys()].join(', ')}`);
}
