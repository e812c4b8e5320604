import { unified } from '@astrojs/markdown-remark';
import { describe, expect, test } from 'vitest';
import {
  citationKeys,
  exerciseId,
  remarkOutline,
  type PageOutline,
} from '../../src/components/prose/remarkOutline.ts';

const page = `
## One

<Figure id="wall">Caption <Cite key="he2016" />.</Figure>

Text <Cite keys={['he2016', 'zhou2016']} /> and <Cite key="he2016" />.

\`\`\`mdx
<Figure id="not-a-figure" />
\`\`\`

<Eq id="mean">

$$
a
$$

</Eq>

<Exercise number="19.6.1" title="Look">

### Two

</Exercise>
`;

/** Compiles a page as the site does, for the outline and the compiled source. */
async function compile(mdx: string): Promise<{ outline: PageOutline; code: string }> {
  const frontmatter: Record<string, unknown> = {};
  const processor = await unified({ remarkPlugins: [remarkOutline] }).createMdxRenderer!(
    { syntaxHighlight: false },
    { optimize: false, srcDir: new URL('file:///') },
  );
  const { code } = await processor.process(mdx, '/page.mdx', frontmatter);
  return { outline: frontmatter['outline'] as PageOutline, code };
}

describe('the outline of a page', () => {
  test('lists what is numbered, in order, and nothing that stands in code', async () => {
    const { outline } = await compile(page);
    expect(outline.figures).toEqual(['wall']);
    expect(outline.equations).toEqual(['mean']);
    expect(outline.citations).toEqual(['he2016', 'zhou2016']);
    expect(outline.entries).toEqual([
      null,
      { id: 'exercise-19-6-1', text: 'Exercise 19.6.1' },
      null,
    ]);
  });

  test('marks the first citation of each reference', async () => {
    const { code } = await compile(page);
    const firsts = [...code.matchAll(/first: "([^"]*)"/g)].map((match) => match[1]);
    expect(firsts).toEqual(['he2016', 'zhou2016', '']);
  });
});

test('keys may be one, several in a text, or a list', () => {
  expect(citationKeys('he2016')).toEqual(['he2016']);
  expect(citationKeys('he2016, zhou2016')).toEqual(['he2016', 'zhou2016']);
  expect(citationKeys(['he2016', 'zhou2016'])).toEqual(['he2016', 'zhou2016']);
});

test('ids of exercises have no dots', () => {
  expect(exerciseId('19.6.2')).toBe('exercise-19-6-2');
});
