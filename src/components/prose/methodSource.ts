import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where attribution methods are defined, one a file. */
const folder = 'src/engine/methods';

/** What the docstring of a method says, in paragraphs without line breaks. */
export interface MethodDocs {
  /** The formula, and in what units the map comes. */
  readonly definition: string;
  /** What else the method finds; empty where that is all. */
  readonly details: string;
  /** The paper, and where a well-known library departs from it. */
  readonly source: string;
  /** What it refuses; empty where it refuses nothing of its own. */
  readonly refuses: string;
}

/** A method as its file in the repository has it. */
export interface MethodSource {
  readonly id: string;
  /** Path from the root of the repository. */
  readonly file: string;
  readonly docs: MethodDocs;
}

const METHOD =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const \w+ = define(?:Method|Cam)\(\{\s*id: '([^']+)'/;

/** The id and the docstring of the method that a file defines; undefined where it defines none. */
export function readMethod(code: string): { id: string; docs: MethodDocs } | undefined {
  const found = METHOD.exec(code);
  return found ? { id: found[2]!, docs: readDocs(found[1]!) } : undefined;
}

/** @param comment what stands between the ends of a docstring */
export function readDocs(comment: string): MethodDocs {
  const paragraphs: string[] = [''];
  for (const line of comment.split('\n').map((one) => one.replace(/^\s*\*? ?/, '').trim())) {
    if (line === '' || /^(Source:|`details`|@throws)/.test(line)) paragraphs.push('');
    paragraphs.push(`${paragraphs.pop()} ${line}`.trim());
  }
  const after = (mark: string) => {
    const text = paragraphs.find((one) => one.startsWith(mark)) ?? '';
    return mark.startsWith('`') ? text : text.slice(mark.length).trim();
  };
  const marks = /^(Source:|`details`|@throws)/;
  return {
    definition: paragraphs.filter((one) => one !== '' && !marks.test(one)).join(' '),
    details: after('`details`'),
    source: after('Source:'),
    refuses: after('@throws').replace(/^\{\w+\} `[\w-]+` (for )?/, ''),
  };
}

let sources: ReadonlyMap<string, MethodSource> | undefined;

function readSources(): ReadonlyMap<string, MethodSource> {
  const names = readdirSync(resolve(folder)).filter((name) => name.endsWith('.ts'));
  const found = names.flatMap((name): MethodSource[] => {
    const file = join(folder, name);
    const method = readMethod(readFileSync(resolve(file), 'utf8'));
    return method ? [{ ...method, file }] : [];
  });
  return new Map(found.map((source) => [source.id, source]));
}

/** @throws Error naming the known ids, when no file defines such a method */
export function methodSource(id: string): MethodSource {
  sources ??= readSources();
  const found = sources.get(id);
  if (found) return found;
  throw new Error(`unknown method: "${id}"; ${folder} has ${[...sources.keys()].join(', ')}`);
}

/** Id of the method that a file defines, if it defines one. */
export function methodIn(file: string): string | undefined {
  sources ??= readSources();
  return [...sources.values()].find((source) => source.file === file)?.id;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const MATHS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\barXiv:(\d{4}\.\d{4,5})/g, '<a href="https://arxiv.org/abs/$1">arXiv:$1</a>'],
  [/\balpha\b/g, 'α'],
  [/\balpha(?=_)/g, 'α'],
  [/\bsigma\b/g, 'σ'],
  [/\bd(?= ?s_c\b|S\b| A\b| I\()/g, '∂'],
  [/(?<=\/ ?)d(?= ?[AI])/g, '∂'],
  [/(?<=[A-Za-zα])_(\w(?:\+1)?)(?!\w)/g, '<sub>$1</sub>'],
  [/(?<=[A-Za-z)]|<\/sub>)\^(\w)/g, '<sup>$1</sup>'],
  [/\bsum(?=<sub>)/g, 'Σ'],
  [/ - /g, ' − '],
];

/** A docstring's sentences as HTML: formulas with indices, `code` as code, preprints as links. */
export function typeset(text: string): string {
  return text
    .replace(/[&<>]/g, (letter) => ENTITIES[letter]!)
    .split(/`([^`]+)`/)
    .map((part, i) =>
      i % 2 === 1
        ? `<code>${part}</code>`
        : MATHS.reduce((html, [pattern, by]) => html.replace(pattern, by), part),
    )
    .join('');
}
