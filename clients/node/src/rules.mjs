// tenantd's rules for a signup, for a form that wants to tell before it asks. They run in a browser
// too. tenantd checks again: these are a courtesy to the customer, not a defence.

import { normaliseEmail } from './rules/email.mjs';
import { faultInPassword } from './rules/password.mjs';
import { derive, faultInSubdomain } from './rules/subdomain.mjs';
import { codePoints, hasControlCharacters, hasInvisibleCharacters, trimmed } from './rules/text.mjs';

/**
 * The subdomain that an organisation's name gives.
 *
 * @param {string} organizationName
 * @returns {string | undefined} nothing when the customer must choose one
 */
export function deriveSubdomain(organizationName) {
  return derive(trimmed(organizationName)).subdomain;
}

/**
 * Checks a signup. A field that is `undefined` was not given.
 *
 * @param {import('./rules.js').SignupForm} form
 * @returns {import('./rules.js').CheckedSignup}
 */
export function checkSignup(form) {
  const fields = [];
  const refuse = (field, reason) => {
    if (reason !== undefined) fields.push({ field, reason });
    return undefined;
  };
  const name = (field) => {
    const fault = faultInName(form[field]);
    return fault === undefined ? trimmed(form[field]) : refuse(field, fault);
  };

  const organization = name('organizationName');
  const fullName = name('fullName');
  if (fullName !== undefined && !/\p{Alphabetic}/u.test(fullName)) {
    refuse('fullName', 'must have a letter');
  }
  const email = form.email === undefined ? { reason: 'is required' } : normaliseEmail(form.email);
  refuse('email', email.reason);
  if (form.password !== undefined) {
    refuse('password', faultInPassword(form.password, {
      email: email.address, organization, fullName,
    }));
  }
  let subdomain;
  if (form.subdomain !== undefined) {
    const fault = faultInSubdomain(form.subdomain);
    subdomain = fault === undefined ? form.subdomain : refuse('subdomain', fault);
  } else if (organization !== undefined) {
    const derived = derive(organization);
    subdomain = derived.subdomain;
    refuse('organizationName', derived.reason);
  }
  return { fields, subdomain };
}

function faultInName(given) {
  if (given === undefined) return 'is required';
  const name = trimmed(given);
  if (name === '') return 'must not be empty';
  if (codePoints(name) > 140) return 'must have at most 140 characters';
  if (hasControlCharacters(name)) return 'must not hold control characters';
  if (hasInvisibleCharacters(name)) return 'must not hold invisible characters';
  return undefined;
}
