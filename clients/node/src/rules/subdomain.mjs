// The subdomain of a tenant: made from the organisation's name, or given and checked.

import { folded } from './text.mjs';

const maximumLength = 63;
const hiddenPrefix = 'tenantd-';

const reserved = new Set([
  'admin', 'administrator', 'api', 'app', 'assets', 'auth', 'billing', 'blog', 'cdn', 'dashboard',
  'docs', 'files', 'ftp', 'help', 'imap', 'localhost', 'login', 'mail', 'ns1', 'ns2', 'pop', 'root',
  'signup', 'smtp', 'static', 'status', 'support', 'webmail', 'www',
]);

const legalForms = { corporation: 'corp', incorporated: 'inc', limited: 'ltd', company: 'co' };

/**
 * @param {string} organization
 * @returns {{ subdomain: string } | { reason: string }} the name, or why there is none
 */
export function derive(organization) {
  const words = folded(organization).split(/[^a-z0-9]+/).filter((word) => word !== '');
  if (words.length === 0) {
    return refusal('has no letter or digit that can stand in a web address');
  }
  const shortened = words.map((word, index) =>
    index > 0 && Object.hasOwn(legalForms, word) ? legalForms[word] : word);
  const subdomain = cut(shortened.join('-'));
  const reason = faultInSubdomain(subdomain);
  if (reason === undefined) return { subdomain };
  return refusal(`gives the subdomain “${subdomain}”, which ${reason}`);
}

/** @returns {string | undefined} what is wrong with a subdomain that was given */
export function faultInSubdomain(given) {
  if (given === '') return 'must not be empty';
  if (Array.from(given).length > maximumLength) {
    return `must have at most ${maximumLength} characters`;
  }
  if (!/^[a-z0-9-]*$/.test(given)) {
    return 'may hold only lower-case letters a to z, digits and hyphens';
  }
  if (given.startsWith('-') || given.endsWith('-')) return 'must not begin or end with a hyphen';
  if (given.startsWith('xn--')) return 'must not begin with “xn--”';
  if (given.startsWith(hiddenPrefix)) return `must not begin with “${hiddenPrefix}”`;
  if (reserved.has(given)) return 'is reserved';
  return undefined;
}

function refusal(what) {
  return { reason: `${what}; give \`subdomain\` as well` };
}

// Between two words, unless that leaves less than half: “the” is no name for a company. A hyphen just
// behind the limit is as good a place as any.
function cut(name) {
  if (name.length <= maximumLength) return name;
  const end = name.lastIndexOf('-', maximumLength);
  return name.slice(0, end <= maximumLength / 2 ? maximumLength : end);
}
