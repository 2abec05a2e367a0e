// The table of compatibility characters that tenantd folds names by, as the rules here fold them:
//   node clients/node/test/compatibility.mjs > Sources/Tenancy/Resources/compatibility.txt

import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { folded } from '../src/rules/text.mjs';

const hex = (number) => number.toString(16).toUpperCase();
const points = (text) => Array.from(text, (letter) => letter.codePointAt(0));

/** Each lower-case character that NFKD changes and NFD does not: its code point, what it folds to. */
function entries() {
  const found = [];
  for (let point = 0x80; point <= 0x10FFFF; point += 1) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    const letter = String.fromCodePoint(point);
    // What both forms leave the same folds the same: nearly all of a million.
    if (letter.normalize('NFKD') === letter.normalize('NFD')) continue;
    if (letter.toLowerCase() !== letter) continue;
    const value = folded(letter);
    if (value !== folded(letter.normalize('NFD'), 'NFD')) found.push([point, points(value)]);
  }
  return found;
}

/**
 * A line each: `FF41-FF5A+61` for a run of characters that stand for a run of characters, `2122 74 6D`
 * for one that stands for others.
 *
 * @returns {string[]}
 */
export function compatibilityTable() {
  const lines = [];
  const all = entries();
  for (let first = 0; first < all.length;) {
    const [point, value] = all[first];
    let next = first + 1;
    const follows = () => {
      const [nextPoint, nextValue] = all[next];
      const distance = next - first;
      return value.length === 1 && nextValue.length === 1
        && nextPoint === point + distance && nextValue[0] === value[0] + distance;
    };
    while (next < all.length && follows()) next += 1;
    lines.push(next > first + 1
      ? `${hex(point)}-${hex(point + next - first - 1)}+${hex(value[0])}`
      : [point, ...value].map(hex).join(' '));
    first = next;
  }
  return lines;
}

if (argv[1] === fileURLToPath(import.meta.url)) console.log(compatibilityTable().join('\n'));
