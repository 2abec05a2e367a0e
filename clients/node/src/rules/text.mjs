// Text as the rules look at it: trimmed, counted, and brought down to what spellings have in common.

const spelledOut = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ħ: 'h', ŧ: 't',
  ŋ: 'ng', ĸ: 'k', ŀ: 'l', ſ: 's', ə: 'e',
};

/** Without white space at its ends. */
export function trimmed(text) {
  // By hand: an expression that looks for the last blanks tries each blank on its way, and all
  // behind it.
  let start = 0;
  let end = text.length;
  while (start < end && /\p{White_Space}/u.test(text[start])) start += 1;
  while (end > start && /\p{White_Space}/u.test(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** Lower case, without accents, with letters such as ł and ß spelled in ASCII. */
export function folded(text) {
  // Letter by letter, so that a sigma is the same at a word's end.
  const lower = Array.from(text, (letter) => letter.toLowerCase()).join('').normalize('NFD');
  return Array.from(lower.replace(/\p{Mn}/gu, ''), (letter) => spelledOut[letter] ?? letter).join('');
}

/** Whether a control character or a line's end is in it. */
export function hasControlCharacters(text) {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

/** How many code points it has. */
export function codePoints(text) {
  return Array.from(text).length;
}

/** How many characters it has, as a person counts them. */
export function characters(text) {
  return Array.from(new Intl.Segmenter().segment(text)).length;
}
