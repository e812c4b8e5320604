/**
 * The arrows of docs/architecture.md as import zones: a folder, and all that it may import of the
 * rest of the repository. Everything that is not listed is refused.
 */
const ALLOWED = {
  'src/kernels': [],
  'src/engine': ['src/kernels'],
  'src/draw': ['src/kernels'],
  'src/worker': ['src/engine'],
  'src/client': ['src/worker/protocol.ts'],
  'src/components': ['src/draw', 'src/client', 'src/worker/protocol.ts'],
  'src/layouts': ['src/components', 'src/styles'],
  'src/pages': ['src/components', 'src/layouts', 'src/styles'],
};

const FOLDERS = [...Object.keys(ALLOWED), 'cli', 'scripts'];
/** Nothing that ships or builds may rest on these. */
const LEAVES = ['test', 'bench', 'training'];

export const zones = [
  ...Object.entries(ALLOWED).map(([target, allowed]) => zone(target, allowed)),
  ...FOLDERS.flatMap((target) =>
    LEAVES.map((from) => ({
      target,
      from,
      message: `nobody imports ${from}`,
    })),
  ),
];

/** `except` only reaches inside `from`, so `from` is the whole of `src`. */
function zone(target, allowed) {
  const own = [target, ...allowed].map((path) => path.replace(/^src\//, './'));
  return {
    target,
    from: 'src',
    except: [...own, './content', './generated'],
    message: `${target} may import ${allowed.join(', ') || 'nothing else of src'}`,
  };
}
