import type {
  Ask,
  KeyedPicture,
  ModelDescription,
  ResolvedTarget,
  Target,
} from '../../worker/protocol.ts';

/**
 * The target as a model can be asked for it: the rival of a difference becomes the strongest of the
 * others where the model does not have it, or where it is the explained class itself.
 */
export async function answerable(
  ask: Ask,
  { id, labels }: Pick<ModelDescription, 'id' | 'labels'>,
  picture: KeyedPicture,
  target: Target,
): Promise<Target> {
  if (target.kind !== 'difference') return { kind: target.kind, class: target.class };
  const { against = 'runner-up' } = target;
  if (against === 'runner-up') return target;
  const rivalless: Target = { kind: 'difference', class: target.class };
  if (against >= labels.length || against === target.class) return rivalless;
  if (target.class !== 'predicted') return target;
  const { target: found } = await ask('capture', {
    model: id,
    picture,
    target: { kind: 'logit', class: 'predicted' },
  });
  return found!.class === against ? rivalless : target;
}

/** The scalar explained, in words: `logit of horse`, `logit of horse minus dog`. */
export function targetText(
  kind: Target['kind'],
  target: ResolvedTarget,
  labels: readonly string[],
): string {
  const label = labels[target.class] ?? '';
  if (kind !== 'difference') return `${kind} of ${label}`;
  return `logit of ${label} minus ${labels[target.against ?? -1] ?? ''}`;
}
