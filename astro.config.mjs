// @ts-check
import { readFileSync } from 'node:fs';
import mdx from '@astrojs/mdx';
import { unified } from '@astrojs/markdown-remark';
import svelte from '@astrojs/svelte';
import { defineConfig } from 'astro/config';
import rehypeKatex from 'rehype-katex';
import remarkMath from 'remark-math';
import { rehypeFormula } from './src/components/prose/rehypeFormula.ts';
import { remarkOutline } from './src/components/prose/remarkOutline.ts';
import { trimTensorflow } from './scripts/trimTensorflow.mjs';

/** KaTeX commands that let a formula name its symbols, so that figures can light them up. */
const NAMING_COMMANDS = new Set(['\\htmlClass', '\\htmlData', '\\htmlId']);

const katexOptions = {
  strict: (/** @type {string} */ code) => (code === 'htmlExtension' ? 'ignore' : 'error'),
  /** Names the symbols of a part: `\named{alpha}{\alpha_k^c}`. */
  macros: { '\\named': '{\\htmlData{part=#1}{#2}}' },
  trust: (/** @type {{ command: string }} */ context) => NAMING_COMMANDS.has(context.command),
};

/** `repo`, `/repo` and `/repo/` all mean `/repo/`. @param {string} path */
function withSlashes(path) {
  const inner = path.replace(/^\/+|\/+$/g, '');
  return inner === '' ? '/' : `/${inner}/`;
}

/**
 * Lets bundles leave out the colour schemes that nobody uses: d3-scale-chromatic comes as one file that
 * makes all of them when it is loaded, by calls which a bundler cannot know to be without effect.
 */
const pureSchemes = {
  name: 'pure-schemes',
  /** @param {string} code @param {string} id */
  transform(code, id) {
    if (!/d3-scale-chromatic[^/]*\.mjs$/.test(id)) return undefined;
    const made =
      /(?<=^(?:var|const) [\w$]+ = )(?=new Array|[\w$]+\()|(?<=[(,] ?)(?=cubehelix\$1\()/gm;
    return { code: code.replace(made, '/*#__PURE__*/ '), map: null };
  },
};

/** What the engine imports of a backend of TensorFlow.js. @param {string} name */
function partsOfBackend(name) {
  const source = readFileSync(new URL(`src/engine/backends/${name}.ts`, import.meta.url), 'utf8');
  return [...source.matchAll(/'(@tensorflow\/tfjs-backend-[^']+)'/g)].map(([, part]) => part ?? '');
}

/** What a worker says of the code that it is made of. */
const notice =
  '/*! With TensorFlow.js, copyright Google LLC, Apache License 2.0; all software is named in the credits. */';

export default defineConfig({
  site: process.env.SITE || undefined,
  base: withSlashes(process.env.BASE_PATH ?? ''),
  trailingSlash: 'ignore',
  build: { format: 'directory' },
  integrations: [svelte(), mdx()],
  markdown: {
    processor: unified({
      remarkPlugins: [remarkMath, remarkOutline],
      rehypePlugins: [[rehypeKatex, katexOptions], rehypeFormula],
    }),
    shikiConfig: { theme: 'css-variables' },
  },
  devToolbar: { enabled: false },
  vite: {
    plugins: [pureSchemes],
    worker: {
      format: 'es',
      plugins: () => [trimTensorflow],
      // Otherwise the licence of each of TensorFlow.js's files.
      rolldownOptions: {
        output: {
          comments: false,
          postBanner: ({ isEntry }) => (isEntry ? notice : ''),
        },
      },
    },
    // Only the worker imports these, too late for the first scan: the page would load twice.
    optimizeDeps: {
      include: [
        '@noble/hashes/sha2.js',
        '@tensorflow/tfjs-core',
        ...['cpu', 'wasm'].map((name) => `@tensorflow/tfjs-backend-${name}`),
        ...['webgl', 'webgpu'].flatMap(partsOfBackend),
      ],
    },
    build: {
      chunkSizeWarningLimit: 1500,
      // Astro marks every page of a collection with a directive of its own.
      rolldownOptions: {
        checks: { moduleLevelDirective: false },
        // Otherwise what two pages share of D3 would come with the code that all pages share.
        output: {
          codeSplitting: {
            groups: [{ name: 'scales', test: /d3-(array|color|format|interpolate|scale)[\\/]/ }],
          },
        },
      },
    },
  },
});
