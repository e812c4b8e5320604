import { vitePreprocess } from '@astrojs/svelte';

export default {
  preprocess: vitePreprocess(),
  compilerOptions: {
    // An island gets its props from the page once, so reading them once is meant.
    warningFilter: ({ code }) => code !== 'state_referenced_locally',
  },
};
