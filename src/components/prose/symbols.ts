/** A part that is lit, and where the reader pointed at it. */
export interface Pointed {
  /** Names of parts, with spaces between them. */
  readonly parts: string;
  readonly from: 'formula' | 'figure';
}

/** What tells a reader where to look: what the pointer is at, what has the keyboard, what was kept. */
interface Reading {
  pointer?: Pointed | undefined;
  keyboard?: Pointed | undefined;
  kept?: Pointed | undefined;
}

const symbols = '.katex-html [data-part]';
const partOfFigure = '[data-figure] [data-part]:not(.katex *)';

/**
 * The style rule that lights parts: of the formulas and the figures where the reader points at a symbol,
 * of the formulas alone where it is the figure that is pointed at. What is lit looks as `symbols.css` says.
 */
export function litRule(pointed: Pointed | undefined): string {
  if (!pointed) return '';
  const within = pointed.from === 'figure' ? '.katex ' : '';
  const selectors = pointed.parts
    .split(/\s+/)
    .map((part) => `${within}[data-part~=${JSON.stringify(part)}]`);
  return `${selectors.join(',')}{--lit-line:solid;--lit-wash:var(--accent-soft)}`;
}

/**
 * Links the symbols that formulas name with `\named` to the parts of figures that have the same
 * `data-part`: pointing at one lights the other, and so does the keyboard's focus. A click, a tap or
 * Enter keeps a symbol lit until the next one, Escape, or a click in the text.
 */
export function linkSymbols(page: Document): void {
  const sheet = new CSSStyleSheet();
  page.adoptedStyleSheets.push(sheet);
  const reading: Reading = {};
  const update = (change: Reading) => {
    Object.assign(reading, change);
    sheet.replaceSync(litRule(reading.pointer ?? reading.keyboard ?? reading.kept));
    for (const symbol of page.querySelectorAll<HTMLElement>(`${symbols}[role=button]`)) {
      const kept =
        reading.kept?.from === 'formula' && reading.kept.parts === symbol.dataset['part'];
      symbol.setAttribute('aria-pressed', String(kept));
    }
  };
  for (const formula of page.querySelectorAll<HTMLElement>('.katex-display .katex-html'))
    offerSymbols(formula, (symbol) => describe(page, symbol));
  update({});
  followPointer(page, update);
  followKeyboard(page, update);
  keepOnClick(page, reading, update);
}

/** What a symbol is and what it lights, in words; undefined where no figure has such a part. */
function describe(page: Document, symbol: HTMLElement): string | undefined {
  const part = symbol.dataset['part'] ?? '';
  const has = [...page.querySelectorAll<HTMLElement>(partOfFigure)].some((element) =>
    element.dataset['part']?.split(/\s+/).includes(part),
  );
  return has ? page.querySelector(`[data-symbol="${part}"]`)?.textContent?.trim() : undefined;
}

/**
 * Makes buttons of a formula's symbols. KaTeX hides what is seen from assistive technology, which has
 * the formula as MathML; the buttons come out of hiding, and all that stands around them stays there.
 */
function offerSymbols(
  formula: HTMLElement,
  describeSymbol: (symbol: HTMLElement) => string | undefined,
): void {
  const offered = [...formula.querySelectorAll<HTMLElement>('[data-part]')].filter((symbol) => {
    if (!describeSymbol(symbol)) return false;
    symbol.setAttribute('role', 'button');
    symbol.tabIndex = 0;
    return true;
  });
  if (offered.length === 0) return;
  hideAround(formula, new Set(offered));
  for (const symbol of offered) symbol.append(spoken(describeSymbol(symbol)));
}

/** A button's name: a label may not differ from what is seen, and what is seen is no word. */
function spoken(words = ''): HTMLElement {
  const name = document.createElement('span');
  name.className = 'visually-hidden';
  name.textContent = words;
  return name;
}

function hideAround(element: Element, shown: ReadonlySet<Element>): void {
  element.removeAttribute('aria-hidden');
  for (const child of element.children) {
    // A button's letters stay hidden as well: its name says what they are.
    const holds = !shown.has(element) && [...shown].some((one) => child.contains(one));
    if (holds) hideAround(child, shown);
    else child.setAttribute('aria-hidden', 'true');
  }
}

const pointedAt = (element: Element | null, from: Pointed['from']): Pointed | undefined => {
  const parts = (element as HTMLElement | null)?.dataset['part'];
  return parts ? { parts, from } : undefined;
};

const symbolOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>(symbols) : null;

/** Of a figure the uppermost part that lies there, be it under something that only takes the pointer. */
function atPoint(page: Document, { target, clientX, clientY }: MouseEvent): Pointed | undefined {
  const symbol = symbolOf(target);
  if (symbol) return pointedAt(symbol, 'formula');
  if (!(target instanceof Element) || !target.closest('[data-figure]')) return undefined;
  const found = page.elementsFromPoint(clientX, clientY).find((one) => one.matches(partOfFigure));
  return pointedAt(found ?? null, 'figure');
}

const same = (a: Pointed | undefined, b: Pointed | undefined) =>
  a?.parts === b?.parts && a?.from === b?.from;

function followPointer(page: Document, update: (change: Reading) => void): void {
  let last: Pointed | undefined;
  const follow = (pointer: Pointed | undefined) => {
    if (same(pointer, last)) return;
    last = pointer;
    update({ pointer });
  };
  page.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'touch') follow(atPoint(page, event));
  });
  page.documentElement.addEventListener('pointerleave', () => follow(undefined));
}

function followKeyboard(page: Document, update: (change: Reading) => void): void {
  page.addEventListener('focusin', ({ target }) => {
    const byKeyboard = target instanceof Element && target.matches(':focus-visible');
    const symbol = byKeyboard ? symbolOf(target) : null;
    const part = byKeyboard ? target.closest(partOfFigure) : null;
    update({
      keyboard: symbol ? pointedAt(symbol, 'formula') : pointedAt(part, 'figure'),
    });
  });
  page.addEventListener('focusout', () => update({ keyboard: undefined }));
}

function keepOnClick(page: Document, reading: Reading, update: (change: Reading) => void): void {
  const press = (symbol: HTMLElement) => {
    const pressed = pointedAt(symbol, 'formula');
    update({ kept: same(pressed, reading.kept) ? undefined : pressed });
  };
  page.addEventListener('click', (event) => {
    const symbol = symbolOf(event.target);
    if (symbol) return press(symbol);
    const inFigure = event.target instanceof Element && event.target.closest('[data-figure]');
    // With a mouse a symbol stays lit while the reader works in a figure; a finger has no other way to point.
    if (!inFigure || (event as PointerEvent).pointerType === 'touch')
      update({ kept: atPoint(page, event) });
  });
  page.addEventListener('keydown', (event) => {
    const symbol = symbolOf(event.target);
    if (event.key === 'Escape' && reading.kept) update({ kept: undefined });
    if (!symbol || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    press(symbol);
  });
}
