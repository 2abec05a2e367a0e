// The types of `tenantd/rules`.

import type { FieldError } from './errors.js';

/** A signup as a form has it. Leave out what the customer left empty and may leave empty. */
export interface SignupForm {
  organizationName?: string;
  fullName?: string;
  email?: string;
  password?: string;
  subdomain?: string;
}

export interface CheckedSignup {
  /** Everything that is wrong, in the words that tenantd uses; empty when nothing is. */
  fields: FieldError[];
  /** The one that was given, or else the one that the organisation's name gives. */
  subdomain?: string;
}

/** Checks a signup by tenantd's rules, plan and taken names excepted: only tenantd knows those. */
export function checkSignup(form: SignupForm): CheckedSignup;

/** The subdomain that an organisation's name gives; nothing when the customer must choose one. */
export function deriveSubdomain(organizationName: string): string | undefined;
