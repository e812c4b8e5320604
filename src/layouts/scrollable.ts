/**
 * Whatever may scroll sideways is reachable by keyboard from the start, for pages without scripts;
 * with them, only what does scroll stays in the tab order.
 */
export function focusOnlyScrollable(page: Document): void {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute('tabindex', '0');
      else target.removeAttribute('tabindex');
    }
  });
  for (const element of page.querySelectorAll('[data-scrollable]')) observer.observe(element);
}
