import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const MARKER = /^\s*(?:\/\/|#|<!--)\s*#(region|endregion)\b\s*([\w-]*)/;

/**
 * The lines of a repository file between `// #region name` and the next `// #endregion`, without
 * their common indentation and without the markers of other regions.
 *
 * @param file path from the root of the repository
 * @throws Error naming the regions that the file has, when `region` is not one of them
 */
export function sourceRegion(file: string, region: string): string {
  return cutRegion(readFileSync(resolve(file), 'utf8'), file, region);
}

export function cutRegion(source: string, file: string, region: string): string {
  const lines = source.split('\n');
  const markers = lines.map((line) => MARKER.exec(line));
  const start = markers.findIndex((marker) => marker?.[1] === 'region' && marker[2] === region);
  if (start < 0) {
    const known = markers.filter((marker) => marker?.[1] === 'region').map((marker) => marker?.[2]);
    throw new Error(
      `unknown region: "${region}" in ${file}, which has ${known.join(', ') || 'no regions'}`,
    );
  }
  const length = endOf(markers.slice(start + 1));
  if (length < 0) throw new Error(`invalid region: "${region}" in ${file} has no #endregion`);
  return dedent(lines.slice(start + 1, start + 1 + length).filter((line) => !MARKER.test(line)));
}

/** All of a repository file, without the markers of regions. */
export function sourceFile(file: string): string {
  const lines = readFileSync(resolve(file), 'utf8').split('\n');
  return lines
    .filter((line) => !MARKER.test(line))
    .join('\n')
    .trim();
}

/** Index of the `#endregion` that closes a region already open; regions may nest. */
function endOf(markers: (RegExpExecArray | null)[]): number {
  let depth = 1;
  return markers.findIndex((marker) => {
    if (marker) depth += marker[1] === 'region' ? 1 : -1;
    return depth === 0;
  });
}

function dedent(lines: string[]): string {
  const indents = lines.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const common = Math.min(...indents);
  return lines
    .map((line) => line.slice(common))
    .join('\n')
    .trim();
}
