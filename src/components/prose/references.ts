import { parse, type Entry } from '@retorquere/bibtex-parser';
import source from '../../content/chapter/references.bib?raw';

export interface Reference {
  key: string;
  /** Position in references.bib, from 1. */
  number: number;
  /** "Selvaraju et al." */
  shortAuthors: string;
  /** "R. R. Selvaraju, M. Cogswell, ..." */
  authors: string;
  title: string;
  /** Journal, proceedings, institution or preprint server, with volume and pages. */
  venue: string;
  year: string;
  url: string | undefined;
}

type Creator = NonNullable<Entry['fields']['author']>[number];

/** From this many authors on, the reference list names the first few and "et al.". */
const MOST_AUTHORS = 8;

const references = readReferences(source);

/** @throws Error naming the known keys when references.bib has no such entry. */
export function reference(key: string): Reference {
  const found = references.get(key);
  if (found) return found;
  throw new Error(
    `unknown reference: "${key}"; references.bib has ${[...references.keys()].join(', ')}`,
  );
}

const withoutCase = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');

/** The references that a text names by their preprint's number or their title, in its order. */
export function referencesIn(text: string): Reference[] {
  const words = withoutCase(text);
  const placeOf = ({ url = '', title }: Reference) => {
    const preprint = /arxiv\.org\/abs\/([\d.]+)/.exec(url)?.[1];
    const at = preprint ? words.indexOf(withoutCase(`arXiv:${preprint}`)) : -1;
    return at >= 0 ? at : words.indexOf(withoutCase(title).trim());
  };
  return [...references.values()]
    .map((found) => ({ found, at: placeOf(found) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ found }) => found);
}

function readReferences(bibtex: string): Map<string, Reference> {
  const library = parse(bibtex, { english: false, sentenceCase: false, caseProtection: false });
  if (library.errors.length > 0) {
    throw new Error(`invalid references.bib: ${JSON.stringify(library.errors[0])}`);
  }
  return new Map(library.entries.map((entry, index) => [entry.key, toReference(entry, index + 1)]));
}

function toReference({ key, fields }: Entry, number: number): Reference {
  const authors = fields.author ?? [];
  const { title, year } = fields;
  if (authors.length === 0 || !title || !year) {
    throw new Error(`invalid reference: "${key}" needs author, title and year`);
  }
  return {
    key,
    number,
    shortAuthors: shortNames(authors),
    authors: fullNames(authors),
    title,
    venue: venue(fields),
    year,
    url: fields.url ?? (fields.doi ? `https://doi.org/${fields.doi}` : undefined),
  };
}

function shortNames(authors: Creator[]): string {
  const [first = '', second] = authors.map(familyName);
  if (!second) return first;
  return authors.length === 2 ? `${first} and ${second}` : `${first} et al.`;
}

function fullNames(authors: Creator[]): string {
  const names = authors.map((author) => `${initials(author.firstName)}${familyName(author)}`);
  if (names.length > MOST_AUTHORS) return `${names.slice(0, 3).join(', ')} et al.`;
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

function familyName(author: Creator): string {
  return author.lastName ?? author.name ?? '';
}

function initials(firstName = ''): string {
  const letters = firstName.split(/\s+/).filter(Boolean);
  return letters.map((name) => name.replace(/(^|-)(.)[^-]*/g, '$1$2.') + '\u00a0').join('');
}

function venue(fields: Entry['fields']): string {
  const name =
    fields.journal ?? fields.booktitle ?? fields.institution?.join(', ') ?? fields.howpublished;
  const preprint = fields.eprint ? `arXiv:${fields.eprint}` : undefined;
  const issue =
    fields.volume && (fields.number ? `${fields.volume}(${fields.number})` : fields.volume);
  const parts = [name, issue, fields.pages, name ? undefined : preprint, fields.note];
  return parts.filter(Boolean).join(', ');
}
