/** What a page contains that is numbered, cited or listed, in order of appearance. */
export interface PageOutline {
  figures: string[];
  equations: string[];
  citations: string[];
  /** Headings stand as `null`: their texts and ids come from Astro's own list. */
  entries: (OutlineEntry | null)[];
}

export interface OutlineEntry {
  id: string;
  text: string;
}

interface JsxAttribute {
  type: string;
  name?: string;
  value?: string | null | { value: string };
}

interface Node {
  type: string;
  name?: string | null;
  attributes?: JsxAttribute[];
  children?: Node[];
}

interface MarkdownFile {
  data: { astro?: { frontmatter?: Record<string, unknown> } };
}

const recorders: Record<string, (node: Node, outline: PageOutline) => void> = {
  Figure: (node, outline) => void outline.figures.push(attribute(node, 'id')),
  Eq: (node, outline) => void outline.equations.push(attribute(node, 'id')),
  Cite: recordCitation,
  Exercise: (node, outline) => {
    const number = attribute(node, 'number');
    outline.entries.push({ id: exerciseId(number), text: `Exercise ${number}` });
  },
  LabStep: (node, outline) => {
    const number = attribute(node, 'number');
    outline.entries.push({
      id: stepId(number),
      text: `Step ${number}. ${attribute(node, 'title')}`,
    });
  },
};

/**
 * Remark plugin: writes a page's {@link PageOutline} into its front matter as `outline`, and marks
 * each reference's first citation on the page with `first`, because only that one gets a margin note.
 */
export function remarkOutline() {
  return (tree: Node, file: MarkdownFile): void => {
    const outline: PageOutline = { figures: [], equations: [], citations: [], entries: [] };
    visit(tree, outline);
    const frontmatter = file.data.astro?.frontmatter;
    if (frontmatter) frontmatter['outline'] = outline;
  };
}

/** `19.6.1` to `exercise-19-6-1`. */
export function exerciseId(number: string): string {
  return `exercise-${number.replaceAll('.', '-')}`;
}

export function stepId(number: string | number): string {
  return `step-${number}`;
}

/** The BibTeX keys in `key="a"`, `keys="a, b"` or `keys={['a', 'b']}`. */
export function citationKeys(value: string | readonly string[]): string[] {
  const text = typeof value === 'string' ? value : value.join(' ');
  return text.match(/[\w:-]+/g) ?? [];
}

function visit(node: Node, outline: PageOutline): void {
  if (node.type === 'heading') outline.entries.push(null);
  if (node.name) recorders[node.name]?.(node, outline);
  for (const child of node.children ?? []) visit(child, outline);
}

function recordCitation(node: Node, outline: PageOutline): void {
  const keys = citationKeys(attribute(node, 'keys') || attribute(node, 'key'));
  const fresh = keys.filter((key) => !outline.citations.includes(key));
  outline.citations.push(...fresh);
  node.attributes?.push({ type: 'mdxJsxAttribute', name: 'first', value: fresh.join(' ') });
}

function attribute(node: Node, name: string): string {
  const value = node.attributes?.find((candidate) => candidate.name === name)?.value;
  return typeof value === 'string' ? value : (value?.value ?? '');
}
