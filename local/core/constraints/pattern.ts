/**
 * Patterns of the service model are Java's. What JavaScript writes differently is translated; the whole text must match, as in Java's `matches`.
 *
 * @throws SyntaxError for a pattern that neither mode of JavaScript reads
 */
export function compilePattern(pattern: string): RegExp {
  // Java lets an end be repeated, which says no more than the end itself.
  const source = `^(?:${pattern.replace(/\\p\{Alnum\}/g, 'a-zA-Z0-9').replace(/\$\{\d+,\d+\}/g, '$')})$`;
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    if (source.includes('\\p{')) {
      throw error;
    }
    // Needless escapes are errors in Unicode mode.
    return new RegExp(source);
  }
}
