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

/**
 * Lower case, without accents and what is not seen, with letters such as ł and ß spelled in ASCII,
 * and with ordinary letters for those of another width or style: `ＡＣＭＥ`, `ﬁ`, `Ⅳ` and `½` are
 * `acme`, `fi`, `iv` and `1⁄2`.
 *
 * @param {string} text
 * @param {'NFKD' | 'NFD'} [form] `NFD` leaves width and style as they are
 */
export function folded(text, form = 'NFKD') {
  return Array.from(lowered(text), (letter) => spelledOut[letter] ?? plain(letter, form)).join('');
}

function plain(letter, form) {
  const rest = lowered(letter.normalize(form)).normalize('NFD').replace(/[\p{Mn}\p{DI}]/gu, '');
  return Array.from(rest, (part) => spelledOut[part] ?? part).join('');
}

// Letter by letter, so that a sigma is the same at a word's end.
function lowered(text) {
  return Array.from(text, (letter) => letter.toLowerCase()).join('');
}

/** Whether a control character or a line's end is in it. */
export function hasControlCharacters(text) {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

/** What may stand at both sides of a joiner: letters of scripts that are joined, and emoji. */
const isJoined = /[\p{L}\p{M}\p{Emoji}]/u;
const firstJoined = 0x590;
const isVariation = /[\u180B-\u180D\u180F\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u;
/** At the end of a word, too: older spellings of Malayalam end words with a joiner. */
const isVirama = /[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA]/u;
const isTag = /[\u{E0020}-\u{E007F}]/u;

/**
 * Whether a character is in it that is not seen, or that turns the direction of others around. What
 * belongs to a character that is seen may stand: joiners inside words of scripts that need them, and
 * between emoji; variation selectors; the tags of a flag.
 */
export function hasInvisibleCharacters(text) {
  const letters = Array.from(text);
  const joins = (letter) => letter !== undefined
    && letter.codePointAt(0) >= firstJoined && isJoined.test(letter);
  return letters.some((letter, index) => {
    if (!/\p{DI}/u.test(letter)) return false;
    const before = letters[index - 1];
    if (letter === '\u200C' || letter === '\u200D') {
      if (before !== undefined && isVirama.test(before)) return false;
      return !joins(before) || !joins(letters[index + 1]);
    }
    if (isVariation.test(letter)) {
      return before === undefined || /[\p{White_Space}\p{DI}]/u.test(before);
    }
    if (isTag.test(letter)) return before !== '🏴' && !(before !== undefined && isTag.test(before));
    return true;
  });
}

/** How many code points it has. */
export function codePoints(text) {
  return Array.from(text).length;
}

/** How many characters it has, as a person counts them. */
export function characters(text) {
  return Array.from(new Intl.Segmenter().segment(text)).length;
}
