/** A number for a legend or label: at least three significant digits, a true minus sign, e-notation below 0.001 and from 100,000. */
export function numberText(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3
      ? value
          .toExponential(digits - 1)
          .replace(/(\.\d*?)0*e/, '$1e')
          .replace('.e', 'e')
          .replace('e+', 'e')
      : String(size >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits)));
  return text.replaceAll('-', '−');
}

/** A probability (0 to 1) in percent: one decimal, and never 0 % or 100 % unless it is. */
export function percentText(probability: number): string {
  if (probability > 0 && probability < 0.0005) return '< 0.1 %';
  if (probability < 1 && probability > 0.9995) return '> 99.9 %';
  return `${(100 * probability).toFixed(1)} %`;
}
