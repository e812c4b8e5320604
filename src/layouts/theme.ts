const STORAGE_KEY = 'theme';

const NAMES: Record<string, string> = {
  auto: 'as the system has them',
  light: 'light',
  dark: 'dark',
};

const NEXT: Record<string, string> = { auto: 'light', light: 'dark', dark: 'auto' };

/** Makes every `[data-theme-toggle]` button step through automatic, light and dark colours. */
export function offerThemes(page: Document): void {
  for (const button of page.querySelectorAll<HTMLButtonElement>('[data-theme-toggle]')) {
    describe(button);
    button.addEventListener('click', () => {
      apply(NEXT[current()] ?? 'auto');
      describe(button);
    });
  }
}

function current(): string {
  return document.documentElement.dataset['theme'] ?? 'auto';
}

/** Pictures drawn with the page's colours listen for `themechange` on the document. */
function apply(theme: string): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    if (theme === 'auto') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  document.dispatchEvent(new Event('themechange'));
}

function describe(button: HTMLButtonElement): void {
  const now = current();
  const label = `Colours: ${NAMES[now]}. Change to ${NAMES[NEXT[now] ?? 'auto']}`;
  button.setAttribute('aria-label', label);
  button.title = label;
}
