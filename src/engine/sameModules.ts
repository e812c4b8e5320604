import type { ParameterSpec } from './archs/architecture.ts';
import type { Shapes } from './weights/stateDict.ts';

/** The tensors of one PyTorch module: shapes by field, such as `weight`. */
interface Module {
  readonly path: string;
  readonly fields: Map<string, readonly number[]>;
}

/**
 * Finds the modules of an architecture in a state dict that calls them otherwise: convolutions,
 * normalisations and linear layers are compared one kind after the other, in the order in which they
 * stand. All of them must be there, with the same fields and shapes, and nothing else.
 * @returns names in the state dict by names of the architecture; undefined unless all agree
 */
export function sameModules(
  specs: readonly ParameterSpec[],
  shapes: Shapes,
): ReadonlyMap<string, string> | undefined {
  const wanted = byKind(new Map(specs.map(({ name, shape }) => [name, shape])));
  const found = byKind(shapes);
  if (wanted.size !== found.size) return undefined;
  const names = new Map<string, string>();
  for (const [kind, modules] of wanted) {
    const others = found.get(kind) ?? [];
    if (others.length !== modules.length) return undefined;
    for (const [i, { path, fields }] of modules.entries()) {
      const other = others[i]!;
      if (other.fields.size !== fields.size) return undefined;
      for (const [field, shape] of fields) {
        if (other.fields.get(field)?.join() !== shape.join()) return undefined;
        names.set(`${path}${field}`, `${other.path}${field}`);
      }
    }
  }
  return names;
}

function byKind(shapes: Shapes): ReadonlyMap<string, Module[]> {
  const modules = new Map<string, Module>();
  for (const [name, shape] of shapes) {
    const path = name.slice(0, name.lastIndexOf('.') + 1);
    const module = modules.get(path) ?? { path, fields: new Map() };
    module.fields.set(name.slice(path.length), shape);
    modules.set(path, module);
  }
  return Map.groupBy(modules.values(), ({ fields }) =>
    fields.has('running_mean') ? 'normalisation' : `weight of ${fields.get('weight')?.length}`,
  );
}
