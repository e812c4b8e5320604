const STORAGE_KEY = 'code-language';
const ARROWS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

let count = 0;

/**
 * Two blocks of code as tabs. The language is chosen for all of the chapter at once: it is kept on
 * the root element, where the style sheet hides the other one, and in localStorage.
 */
export class CodeTabs extends HTMLElement {
  connectedCallback(): void {
    count += 1;
    for (const tab of this.tabs) this.connect(tab, `code-tabs-${count}`);
    this.addEventListener('keydown', (event) => this.onKeyDown(event));
    document.addEventListener('code-language', () => this.update());
    this.update();
  }

  private get tabs(): HTMLButtonElement[] {
    return [...this.querySelectorAll<HTMLButtonElement>('[data-language-tab]')];
  }

  private connect(tab: HTMLButtonElement, prefix: string): void {
    const language = tab.dataset['languageTab'] ?? '';
    const panel = this.querySelector(`[data-language-panel="${language}"]`);
    if (!panel) return;
    tab.id = `${prefix}-tab-${language}`;
    panel.id = `${prefix}-panel-${language}`;
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', tab.id);
    tab.setAttribute('aria-controls', panel.id);
    tab.addEventListener('click', () => this.choose(language));
  }

  private onKeyDown(event: KeyboardEvent): void {
    const index = this.tabs.indexOf(event.target as HTMLButtonElement);
    const step = ARROWS[event.key];
    if (index < 0 || step === undefined) return;
    event.preventDefault();
    const next = this.tabs.at((index + step) % this.tabs.length);
    next?.focus();
    next?.click();
  }

  /** Keeps this block where it is on the screen while others above it change their heights. */
  private choose(language: string): void {
    const before = this.getBoundingClientRect().top;
    document.documentElement.dataset['codeLanguage'] = language;
    try {
      localStorage.setItem(STORAGE_KEY, language);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
    document.dispatchEvent(new Event('code-language'));
    window.scrollBy({ top: this.getBoundingClientRect().top - before, behavior: 'instant' });
  }

  private update(): void {
    const chosen = document.documentElement.dataset['codeLanguage'] ?? 'pytorch';
    for (const tab of this.tabs) {
      const selected = tab.dataset['languageTab'] === chosen;
      tab.setAttribute('aria-selected', String(selected));
      tab.tabIndex = selected ? 0 : -1;
    }
  }
}
