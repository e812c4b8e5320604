interface Element {
  type: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: Element[];
}

interface MarkdownFile {
  fail(message: string): never;
}

/**
 * Rehype plugin, after KaTeX and Shiki: lets whatever may be wider than the page scroll inside
 * itself by keyboard (display formulas, tables, code), and turns KaTeX's red ink into a failed build.
 */
export function rehypeFormula() {
  return (tree: Element, file: MarkdownFile): void => visit(tree, file);
}

function visit(node: Element, file: MarkdownFile): void {
  const classes = classNames(node);
  if (classes.includes('katex-error')) {
    file.fail(`invalid formula: ${String(node.properties?.['title'] ?? 'KaTeX refused it')}`);
  }
  if (classes.includes('katex-display')) makeScrollable(node, 'Formula');
  if (classes.includes('katex')) return;
  for (const child of node.children ?? []) visit(child, file);
  node.children = node.children?.map((child) =>
    child.tagName === 'table' ? wrapped(child) : child,
  );
}

function makeScrollable(node: Element, label: string): void {
  node.properties = {
    ...node.properties,
    tabIndex: 0,
    role: 'group',
    ariaLabel: label,
    dataScrollable: '',
  };
}

function wrapped(table: Element): Element {
  const wrapper: Element = {
    type: 'element',
    tagName: 'div',
    properties: { className: ['table'] },
    children: [table],
  };
  makeScrollable(wrapper, 'Table');
  return wrapper;
}

function classNames(node: Element): string[] {
  const value = node.properties?.['className'] ?? node.properties?.['class'];
  return Array.isArray(value) ? value.map(String) : String(value ?? '').split(' ');
}
