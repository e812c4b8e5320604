/** Marks, in the contents beside the page, the section that the reader is in. */
export function followReading(page: Document): void {
  const links = new Map<Element, HTMLAnchorElement>();
  for (const link of page.querySelectorAll<HTMLAnchorElement>('[data-contents-spy] a[href^="#"]')) {
    const target = page.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) links.set(target, link);
  }
  if (links.size === 0) return;
  const mark = () => markCurrent(links);
  // Everything above a line near the top of the window counts as seen, however far above it is.
  const observer = new IntersectionObserver(mark, { rootMargin: '1000000px 0px -75% 0px' });
  for (const target of links.keys()) observer.observe(target);
}

function markCurrent(links: Map<Element, HTMLAnchorElement>): void {
  const line = window.innerHeight * 0.25;
  const begun = [...links.keys()].filter((target) => target.getBoundingClientRect().top <= line);
  const current = begun.at(-1);
  for (const [target, link] of links) {
    if (target === current) link.setAttribute('aria-current', 'location');
    else link.removeAttribute('aria-current');
  }
}
