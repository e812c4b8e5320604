/** Numbers of one table: as many decimals for all as give the largest of them its significant digits. */
export function tableTexts(values: readonly number[], digits: number): string[] {
  const largest = Math.max(...values.map(Math.abs));
  const decimals = Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(largest))));
  return values.map((value) => {
    const text = largest > 0 ? value.toFixed(decimals) : '0';
    return Number(text) === 0 ? '0' : text.replace('-', '−');
  });
}
