const isDefinition = (line: string) => /^(def|class) /.test(line);

/** Parts of a script, two empty lines around definitions and one elsewhere. */
export function joined(parts: readonly string[]): string {
  const outermost = (text: string) => text.split('\n').findLast((line) => /^\S/.test(line))!;
  return parts.reduce((script, part) => {
    const apart = isDefinition(part) || isDefinition(outermost(script));
    return `${script}${apart ? '\n\n\n' : '\n\n'}${part}`;
  });
}
