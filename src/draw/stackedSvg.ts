const sizeOf = (svg: string) =>
  ['width', 'height'].map((name) => Number(new RegExp(`${name}="([\\d.]+)"`).exec(svg)![1])) as [
    number,
    number,
  ];

/** Drawings of fixed sizes one below the other, each in the middle. */
export function stackedSvg(drawings: readonly string[]): string {
  const sizes = drawings.map(sizeOf);
  const width = Math.max(...sizes.map(([side]) => side));
  const height = sizes.reduce((sum, [, side]) => sum + side, 0);
  let y = 0;
  const placed = drawings.map((drawing, i) => {
    const [own, tall] = sizes[i]!;
    const moved = drawing.replace('<svg ', `<svg x="${(width - own) / 2}" y="${y}" `);
    y += tall;
    return moved;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...placed,
    '</svg>',
  ].join('\n');
}
