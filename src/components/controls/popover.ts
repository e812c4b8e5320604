const margin = 8;
/** Pixels between the button and its panel. */
const gap = 4;
/** Pixels that a panel takes even where there is less room. */
const leastHeight = 160;

/**
 * Puts an open `popover` panel (position: absolute) under its button, or above it where there is more room, inside the window's edges;
 * what does not fit is scrolled to. In page coordinates, so that it scrolls along with the button.
 */
export function placeAt(button: HTMLElement, panel: HTMLElement): void {
  const anchor = button.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  panel.style.maxHeight = '';
  const { offsetWidth, offsetHeight } = panel;
  const left = Math.max(margin, Math.min(anchor.left, clientWidth - offsetWidth - margin));
  const fitsBelow = anchor.bottom + offsetHeight + margin <= clientHeight;
  const above = !fitsBelow && anchor.top > clientHeight - anchor.bottom;
  const room = (above ? anchor.top : clientHeight - anchor.bottom) - gap - margin;
  panel.style.left = `${left + window.scrollX}px`;
  // A panel that grows does so away from its button.
  panel.style.top = above ? 'auto' : `${anchor.bottom + gap + window.scrollY}px`;
  panel.style.bottom = above ? `${clientHeight - anchor.top + gap - window.scrollY}px` : 'auto';
  panel.style.maxHeight = `${Math.max(leastHeight, room)}px`;
}
