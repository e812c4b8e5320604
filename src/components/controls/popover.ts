const margin = 8;

/**
 * Puts an open `popover` panel (position: absolute) under its button, or above it where there is more room, inside the window's edges.
 * In page coordinates, so that it scrolls along with the button.
 */
export function placeAt(button: HTMLElement, panel: HTMLElement): void {
  const anchor = button.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const { offsetWidth, offsetHeight } = panel;
  const left = Math.max(margin, Math.min(anchor.left, clientWidth - offsetWidth - margin));
  const fitsBelow = anchor.bottom + offsetHeight + margin <= clientHeight;
  const above = !fitsBelow && anchor.top > clientHeight - anchor.bottom;
  const top = above ? anchor.top - offsetHeight - 4 : anchor.bottom + 4;
  panel.style.left = `${left + window.scrollX}px`;
  panel.style.top = `${top + window.scrollY}px`;
}
