// Recognises the passwords that everybody tries first, also in their usual disguises.

import { folded } from './text.mjs';

const words = [
  'password', 'passwort', 'passw', 'passwd', 'qwertyuiop', 'qwerty', 'qwertz', 'azerty',
  'asdfghjkl', 'asdfgh', 'asdf', 'zxcvbnm', 'zxcvbn', 'qazwsxedc', 'qazwsx', 'qweasdzxc', 'letmein',
  'welcome', 'iloveyou', 'sunshine', 'princess', 'football', 'baseball', 'superman', 'batman',
  'dragon', 'monkey', 'master', 'shadow', 'trustno', 'changeme', 'changeit', 'default',
  'administrator', 'admin', 'root', 'login', 'user', 'guest', 'test', 'demo', 'temp', 'frappe',
  'erpnext', 'hello', 'world', 'whatever', 'starwars', 'pokemon', 'michael', 'jordan', 'charlie',
  'computer', 'internet', 'freedom', 'secret', 'abc', 'the', 'please', 'now',
];

// Runs that no alphabet shows, as they lie on the keyboard; forward and backward.
const rows = [
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz', '012345678901234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm', 'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm', '1q2w3e4r5t6y7u8i9o0p', 'q1w2e3r4t5y6u7i8o9p0',
].flatMap((row) => [row, [...row].reverse().join('')]);

const letterFor = {
  0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i',
};

/**
 * @param {string} password
 * @returns {boolean} whether it is a short piece repeated, a run along the alphabet, the digits or
 *   the keyboard, or made of nothing but well-known words, with digits and signs around them or in
 *   place of letters
 */
export function isCommon(password) {
  const text = folded(password);
  if (isRepetition(Array.from(text)) || isRun(text)) return true;
  return disguises(text).some((disguise) => isRun(disguise) || isMadeOfWords(disguise));
}

// Signs and digits are taken off before and after letters are put back in their place: "pa$$" ends
// in letters, "word1!" does not.
function disguises(text) {
  const core = (given) => given.replace(/^\P{Alphabetic}+|\P{Alphabetic}+$/gu, '');
  const letters = (given) => Array.from(given, (sign) => letterFor[sign] ?? sign).join('');
  const lettersOnly = (given) => given.replace(/\P{Alphabetic}+/gu, '');
  return [letters(core(text)), core(letters(text)), lettersOnly(text), lettersOnly(letters(text))]
    .filter((disguise) => Array.from(disguise).length >= 4);
}

function isRepetition(signs) {
  return [1, 2, 3, 4].some((period) =>
    signs.length > period && signs.every((sign, index) => index < period || sign === signs[index - period]));
}

function isRun(text) {
  return rows.some((row) => row.includes(text));
}

// Which beginnings of the text are made of words: a table, so that no text takes long.
function isMadeOfWords(text) {
  const reached = new Set([0]);
  for (let position = 0; position < text.length; position += 1) {
    if (!reached.has(position)) continue;
    for (const word of words) {
      if (text.startsWith(word, position)) reached.add(position + word.length);
    }
  }
  return reached.has(text.length);
}
