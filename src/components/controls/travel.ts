const duration = 500;

/**
 * Lets tiles travel to their new places: `tiles[i]` now shows what `after[i]` names, and starts where
 * the tile of that name is seen at this moment. Nothing moves for readers who want less motion.
 * Until all have arrived, the grid does not answer the pointer, under which tiles pass by.
 */
export function travel(
  grid: HTMLElement,
  tiles: readonly HTMLElement[],
  before: readonly number[],
  after: readonly number[],
): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  if (before.length !== after.length || after.every((key, i) => key === before[i])) return;
  const seen = new Map(before.map((key, i) => [key, tiles[i]!.getBoundingClientRect()]));
  for (const tile of tiles) for (const moving of tile.getAnimations()) moving.cancel();
  const moves = tiles.map((tile, i) => {
    const from = seen.get(after[i]!);
    const to = tile.getBoundingClientRect();
    const [x, y] = from ? [from.left - to.left, from.top - to.top] : [0, 0];
    return tile.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], {
      duration,
      easing: 'cubic-bezier(0.3, 0, 0.1, 1)',
    });
  });
  grid.style.pointerEvents = 'none';
  // A move that another one cuts short leaves the pointer to that one.
  Promise.all(moves.map(({ finished }) => finished)).then(
    () => (grid.style.pointerEvents = ''),
    () => undefined,
  );
}
