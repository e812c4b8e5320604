/** Relative luminance below which white letters have more contrast than black ones (WCAG 2). */
const darkest = 0.18;

/** Relative luminance of an sRGB colour (0 to 255 each), 0 to 1, as WCAG 2 defines it. */
function luminance(...colour: readonly [red: number, green: number, blue: number]): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Whether light letters read better than dark ones on a colour (0 to 255 each). */
export function needsLightInk(red: number, green: number, blue: number): boolean {
  return luminance(red, green, blue) < darkest;
}
