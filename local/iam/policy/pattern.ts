/** Whether a text fits. */
export type Matcher = (text: string) => boolean;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** A pattern's pieces: literal text, or one of the two wildcards. Literal text is never read as a wildcard. */
export type Piece = { readonly literal: string } | { readonly wildcard: '*' | '?' };

/** Splits a pattern that holds no policy variables. */
export const piecesOf = (pattern: string): Piece[] =>
  pattern.split(/([*?])/).filter((part) => part !== '').map((part) => (part === '*' || part === '?' ? { wildcard: part } : { literal: part }));

const isExact = (pieces: readonly Piece[]): boolean => pieces.every((piece) => 'literal' in piece);
const textOf = (pieces: readonly Piece[]): string => pieces.map((piece) => ('literal' in piece ? piece.literal : piece.wildcard)).join('');

/** `*` for any text and `?` for one character, over the whole text. */
export function wildcardMatcher(pieces: readonly Piece[], ignoreCase = false): Matcher {
  if (isExact(pieces)) {
    const wanted = textOf(pieces);
    return ignoreCase ? ((lower) => (text: string) => text.toLowerCase() === lower)(wanted.toLowerCase()) : (text) => text === wanted;
  }
  if (textOf(pieces) === '*' && pieces.length === 1) {
    return () => true;
  }
  const source = pieces.map((piece) => ('literal' in piece ? escaped(piece.literal) : piece.wildcard === '*' ? '.*' : '.')).join('');
  const expression = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
  return (text) => expression.test(text);
}

/** Cuts pieces at their first five colons: the six parts of an ARN. Fewer parts when there are fewer colons. */
function arnParts(pieces: readonly Piece[]): Piece[][] {
  const parts: Piece[][] = [[]];
  for (const piece of pieces) {
    if ('wildcard' in piece) {
      parts.at(-1)?.push(piece);
      continue;
    }
    let rest = piece.literal;
    while (parts.length < 6 && rest.includes(':')) {
      const colon = rest.indexOf(':');
      if (colon > 0) {
        parts.at(-1)?.push({ literal: rest.slice(0, colon) });
      }
      parts.push([]);
      rest = rest.slice(colon + 1);
    }
    if (rest !== '') {
      parts.at(-1)?.push({ literal: rest });
    }
  }
  return parts;
}

/**
 * The Resource element: wildcards stay within one part of the ARN, except that a `*` at the end of a part may reach beyond its colon.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function resourceMatcher(pieces: readonly Piece[]): Matcher {
  if (isExact(pieces) || textOf(pieces) === '*') {
    return wildcardMatcher(pieces);
  }
  const parts = arnParts(pieces);
  const source = parts.map((part, index) => part.map((piece, position) => {
    if ('literal' in piece) {
      return escaped(piece.literal);
    }
    const free = index === 5 || (piece.wildcard === '*' && position === part.length - 1);
    return free ? (piece.wildcard === '*' ? '.*' : '.') : piece.wildcard === '*' ? '[^:]*' : '[^:]';
  }).join('')).join(':');
  const expression = new RegExp(`^${source}$`, 's');
  return (text) => expression.test(text);
}

/**
 * The operators ArnLike and ArnEquals: both are ARNs of six parts, each compared by itself.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function arnMatcher(pieces: readonly Piece[]): Matcher {
  const parts = arnParts(pieces).map((part) => wildcardMatcher(part));
  if (textOf(pieces) === '*') {
    return () => true;
  }
  return (text) => {
    const given = text.split(':');
    const joined = [...given.slice(0, 5), given.slice(5).join(':')];
    return given.length >= 6 && parts.length === 6 && parts.every((matches, index) => matches(joined[index] ?? ''));
  };
}
