// Which passwords an owner may choose: long enough, not a common one, not a personal one.

import { isCommon } from './common-passwords.mjs';
import { characters, codePoints, folded, hasControlCharacters } from './text.mjs';

// Every other organisation has one of these, so that they say nothing about this one.
const genericWords = new Set([
  'corporation', 'corp', 'incorporated', 'limited', 'company', 'gmbh', 'group',
]);

/**
 * @param {string} password
 * @param {{ email?: string, organization?: string, fullName?: string }} owner what is known and right
 * @returns {string | undefined} what is wrong, without the password or a part of it
 */
export function faultInPassword(password, { email, organization, fullName }) {
  if (characters(password) < 12) return 'must have at least 12 characters';
  if (codePoints(password) > 128) return 'must have at most 128 characters';
  if (hasControlCharacters(password)) return 'must not hold control characters';
  if (isCommon(password)) return 'is too common: choose one that is hard to guess';
  const plain = folded(password);
  const holds = (parts) => parts.some((part) => plain.includes(part));
  if (email !== undefined && holds(emailParts(email))) {
    return 'must not contain a part of the e-mail address';
  }
  if (fullName !== undefined && holds(personalParts(fullName))) {
    return 'must not contain a part of the owner\'s name';
  }
  if (organization !== undefined && holds(personalParts(organization))) {
    return 'must not contain a part of the organisation\'s name';
  }
  return undefined;
}

function emailParts(email) {
  const [local] = email.split('@', 1);
  return [...personalParts(local), ...(characters(local) >= 4 ? [folded(local)] : [])];
}

// The words of a name, and all of them together; short ones are in too many passwords by chance.
function personalParts(name) {
  const words = folded(name).split(/[^\p{Alphabetic}\p{N}]+/u)
    .filter((word) => word !== '' && !genericWords.has(word));
  return [...words, words.join('')].filter((part) => characters(part) >= 4);
}
