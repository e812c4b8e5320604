import { atom, type WritableAtom } from 'nanostores';
import { fields, type FieldName, type State } from './fields.ts';

const stores = Object.fromEntries(
  Object.entries(fields).map(([name, field]) => [name, atom<unknown>(field.initial)]),
) as Record<FieldName, WritableAtom<unknown>>;

/** The store of one piece of state; figures of a page that use the same one stay in step. */
export function field<K extends FieldName>(name: K): WritableAtom<State[K]> {
  return stores[name] as WritableAtom<State[K]>;
}

/** What a piece of state is before anybody sets it. */
export function initialValue<K extends FieldName>(name: K): State[K] {
  return fields[name].initial as State[K];
}

const names = Object.keys(fields) as FieldName[];

/** What may be a file of the reader's own. */
const ownable: ReadonlySet<FieldName> = new Set(['picture', 'model', 'maps.other']);

/** What differs from the defaults, as URL parameters. Files of the reader's own cannot be linked to. */
export function serialize(): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const name of names) {
    const value = stores[name].get();
    const local = ownable.has(name) && String(value).startsWith('own:');
    if (value !== fields[name].initial && !local) parameters.set(name, String(value));
  }
  return parameters;
}

/** Takes over what a URL says; what is not understood keeps its default. */
export function restore(parameters: URLSearchParams): void {
  for (const name of names) {
    const text = parameters.get(name);
    const value = text === null ? undefined : fields[name].parse(text);
    if (value !== undefined) stores[name].set(value);
  }
}

/** Milliseconds of quiet before the address follows: browsers limit how often it may change. */
const addressDelay = 300;
let connected = false;

/** Reads the page's address once and keeps it up to date from then on. */
export function connectAddress(): void {
  if (connected) return;
  connected = true;
  restore(new URLSearchParams(location.search));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const url = new URL(location.href);
    for (const name of names) url.searchParams.delete(name);
    for (const [name, value] of serialize()) url.searchParams.set(name, value);
    history.replaceState(history.state, '', url);
  };
  for (const name of names)
    stores[name].listen(() => {
      clearTimeout(timer);
      timer = setTimeout(write, addressDelay);
    });
}

/** A link that opens the page with this exact state. */
export function stateLink(anchor: string): string {
  const url = new URL(location.href);
  url.search = serialize().toString();
  url.hash = anchor;
  return url.href;
}
