import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { compile } from 'svelte/compiler';

const here = dirname(fileURLToPath(import.meta.url));

const sveltePlugin: Plugin = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const { js } = compile(readFileSync(path, 'utf8'), {
        filename: path,
        generate: 'client',
        css: 'injected',
      });
      return { contents: js.code, loader: 'js' };
    });
  },
};

/** One self-contained HTML page with `Bench.svelte` mounted in it, in the site's colours and sizes. */
export async function benchPage(): Promise<string> {
  const result = await build({
    stdin: {
      contents: `import { mount } from 'svelte'; import Bench from './Bench.svelte'; mount(Bench, { target: document.body });`,
      resolveDir: here,
    },
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['svelte', 'browser'],
    plugins: [sveltePlugin],
    logLevel: 'error',
  });
  const script = result.outputFiles[0]!.text.replaceAll('</script', '<\\/script');
  const styles = ['tokens', 'controls'].map((name) =>
    readFileSync(join(here, `../../src/styles/${name}.css`), 'utf8'),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Controls</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${styles.join('\n')} *{box-sizing:border-box} body{margin:0;background:var(--paper);color:var(--ink);font-family:var(--font-sans)}</style></head>
<body><script type="module">${script}</script></body></html>`;
}
