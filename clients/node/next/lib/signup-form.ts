// The signup as the form has it and as the browser gets it back. No secret of the server is here:
// both sides import it.

import { checkSignup } from 'tenantd/rules';

export const fieldNames = [
  'organizationName', 'fullName', 'email', 'password', 'subdomain',
] as const;

export type FieldName = typeof fieldNames[number];

/** What is wrong, by field. */
export type FieldErrors = { [Name in FieldName]?: string };

export interface SignupSuccess {
  success: true;
  message: string;
  /** The keys are there only when the form asked for them. */
  data: { site: string; url: string; apiKey?: string; apiSecret?: string };
}

export interface SignupFailure {
  success: false;
  message: string;
  fields: FieldErrors;
}

export type SignupState = SignupSuccess | SignupFailure;

/** A step as the browser is told about it. */
export interface Step {
  /** 1 to 5. */
  step: number;
  of: number;
  title: string;
  /** `restarted`: what was done is undone, and all steps begin again. */
  state: 'started' | 'done' | 'restarted';
  seconds: number;
}

/** What tenantd gets, when nothing is wrong. */
export interface Signup {
  organizationName: string;
  fullName: string;
  email: string;
  password: string;
  /** Only when the customer chose one: for a derived name that is taken, tenantd suggests others. */
  subdomain?: string;
}

/** Checks a form by tenantd's own rules. */
export function readSignup(form: FormData): { signup: Signup } | { fields: FieldErrors } {
  const given = (name: FieldName): string | undefined => {
    const value = form.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const organizationName = given('organizationName');
  const fullName = given('fullName');
  const email = given('email');
  const password = given('password');
  const subdomain = given('subdomain');
  const checked = checkSignup({ organizationName, fullName, email, password, subdomain });
  const fields: FieldErrors = {};
  for (const { field, reason } of checked.fields) addFault(fields, field, reason);
  // tenantd would make one, which this customer would never learn.
  if (password === undefined) fields.password = 'is required';
  if (
    Object.keys(fields).length > 0 || organizationName === undefined || fullName === undefined
    || email === undefined || password === undefined
  ) {
    return { fields };
  }
  return { signup: { organizationName, fullName, email, password, ...(subdomain === undefined ? {} : { subdomain }) } };
}

/** Enters what is wrong with a field of this form. @returns whether it is one */
export function addFault(fields: FieldErrors, name: string, reason: string): boolean {
  const field = fieldNames.find((known) => known === name);
  if (field !== undefined) fields[field] ??= reason;
  return field !== undefined;
}
