/**
 * What TensorFlow.js carries into every bundle although nothing here calls it: in which file, the code that
 * holds on to it, and what stands there instead.
 * @type {readonly { file: RegExp, code: RegExp, instead: (...groups: string[]) => string }[]}
 */
const ballast = [
  {
    // Optimizers, in case somebody reads one from a file.
    file: /tfjs-core\/dist\/index\.js$/,
    code: /^import \{ registerOptimizers \} .*\nregisterOptimizers\(\);$/m,
    instead: () => '',
  },
  {
    // Models in the browser's storage.
    file: /tfjs-core\/dist\/platforms\/platform_browser\.js$/,
    code: /^ +\/\/ Register LocalStorage IOHandler\n[^]*^ {4}\}\n(?=\}$)/m,
    instead: () => '',
  },
  {
    // Taken out of one object, all routines of the CPU backend stay; by name, those that are used.
    file: /tfjs-backend-web(gl|gpu)\/dist\/kernel_utils\/shared\.js$/,
    code: /^import \* as shared from (.*);\nconst \{([^}]*)\} = shared;\nexport \{[^}]*\};$/m,
    instead: (_, from, names) => `export {${names.replaceAll(':', ' as')}} from ${from};`,
  },
];

/** Reading and writing of models: registers itself when it is loaded. */
const input = /tfjs-core\/dist\/io\/\w+\.js$/;

/** Lets bundles leave out what nobody calls of TensorFlow.js. */
export const trimTensorflow = {
  name: 'trim-tensorflow',
  /** @param {string} code @param {string} id */
  transform(code, id) {
    if (input.test(id)) return { code, map: null, moduleSideEffects: false };
    const found = ballast.find(({ file }) => file.test(id));
    if (!found) return undefined;
    if (!found.code.test(code)) throw new Error(`${id} has changed: see trimTensorflow.mjs`);
    return { code: code.replace(found.code, found.instead), map: null };
  },
};
