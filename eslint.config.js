import { fileURLToPath } from 'node:url';
import * as astroParser from 'astro-eslint-parser';
import { defineConfig } from 'eslint/config';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import { zones } from './eslint.zones.js';

const CODE = ['**/*.{js,mjs,ts,svelte,astro}'];
const tsconfigRootDir = fileURLToPath(new URL('.', import.meta.url));

/** Folders that must run without a page: in a worker, in Node, on the command line. */
const WITHOUT_DOM = ['src/engine/**', 'src/draw/**', 'cli/**'];
const DOM_GLOBALS = ['window', 'document', 'navigator', 'localStorage', 'HTMLElement'];

const restricted = (message, ...patterns) => ({ patterns: [{ group: patterns, message }] });

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.astro/',
      '.cache/',
      'src/generated/',
      'public/',
      'training/',
      'test-results/',
    ],
  },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: CODE,
    plugins: { 'import-x': importX },
    // For the import rules, which parse components also from files that are none.
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    settings: {
      'import-x/extensions': ['.ts', '.js', '.mjs', '.svelte', '.astro'],
      'import-x/parsers': {
        '@typescript-eslint/parser': ['.ts'],
        'svelte-eslint-parser': ['.svelte'],
        'astro-eslint-parser': ['.astro'],
      },
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.js', '.mjs', '.svelte', '.astro'] }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones, basePath: tsconfigRootDir }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always'],
      'no-console': ['error', { allow: ['warn', 'error'] }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: {
      // Figures draw into elements and write the address bar through their own modules.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['**/*.astro'],
    languageOptions: {
      parser: astroParser,
      parserOptions: { extraFileExtensions: ['.astro'] },
    },
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['src/engine/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        restricted(
          'the engine knows nothing of the page',
          'd3',
          'd3-*',
          'svelte',
          'svelte/*',
          'astro*',
        ),
      ],
    },
  },
  {
    files: ['src/components/**', 'src/draw/**', 'src/client/**', 'src/layouts/**', 'src/pages/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        restricted('only src/engine imports TensorFlow.js', '@tensorflow/*'),
      ],
    },
  },
  {
    files: WITHOUT_DOM,
    rules: { 'no-restricted-globals': ['error', ...DOM_GLOBALS] },
  },
  {
    files: ['cli/**', 'bench/**', 'test/**', 'scripts/**', '*.{js,mjs}'],
    rules: { 'no-console': 'off' },
  },
  {
    // A suite is one long function made of short ones.
    files: ['test/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
