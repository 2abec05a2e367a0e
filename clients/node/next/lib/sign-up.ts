// A signup on the server, keys and all. It is not in a 'use server' file: what such a file exports
// can be called by any browser.

import { SiteExistsError, TenantdError, type Tenant } from 'tenantd';
import {
  addFault, readSignup, type FieldErrors, type SignupFailure, type Step,
} from './signup-form';
import { tenantd } from './tenantd';

export type SignUpResult = { success: true; tenant: Tenant } | SignupFailure;

/**
 * Checks the form and makes the workspace.
 *
 * @param options.idempotencyKey the same one again gives the same workspace: a form that is sent
 *   twice makes one
 */
export async function signUp(
  form: FormData,
  options: { idempotencyKey?: string; onStep?: (step: Step) => void } = {},
): Promise<SignUpResult> {
  const read = readSignup(form);
  if ('fields' in read) return refused('Please correct what is marked.', read.fields);
  const { idempotencyKey, onStep } = options;
  try {
    const tenant = await tenantd.provision({ ...read.signup, idempotencyKey }, {
      onProgress: ({ step, of, title, state, seconds }) => {
        // A warning is for the operator.
        if (state === 'warning') return;
        onStep?.({ step, of, title, state, seconds });
      },
    });
    for (const warning of tenant.warnings) console.warn(`signup ${tenant.site}: ${warning}`);
    return { success: true, tenant };
  } catch (error) {
    if (!(error instanceof TenantdError)) throw error;
    return explained(error);
  }
}

/** What the customer can do something about is told; the rest is the operator's, and logged. */
function explained(error: TenantdError): SignupFailure {
  switch (error.kind) {
    case 'invalid_params': {
      const fields: FieldErrors = {};
      const known = error.fields.filter(({ field, reason }) => addFault(fields, field, reason));
      if (known.length > 0) return refused('Please correct what is marked.', fields);
      if (error.fields.some(({ field }) => field === 'idempotencyKey')) {
        return refused('This form was sent before with other entries. Please reload the page.');
      }
      break;
    }
    case 'site_exists':
      return refused('This address is taken.', { subdomain: taken(error) });
    case 'email_in_use':
      // Which workspace it has is nothing to tell a stranger.
      return refused('This e-mail address cannot be used.', { email: 'has a workspace already' });
    case 'refused': {
      // The app's own sentence, meant for the customer.
      const fields: FieldErrors = {};
      if (error.field !== undefined) addFault(fields, error.field, 'is not accepted');
      return refused(error.message, fields);
    }
    case 'queue_full':
      return refused('Very many people are signing up. Please try again in a minute.');
    default:
  }
  console.error(`signup failed (${error.kind}): ${error.message}`);
  const left = error.rolledBack === true ? ' Nothing was left behind.' : '';
  return refused(`Your workspace could not be made.${left} Please try again later.`);
}

function taken(error: TenantdError): string {
  const free = error instanceof SiteExistsError ? error.suggestions ?? [] : [];
  return free.length === 0
    ? 'is taken: choose another' : `is taken: choose another, such as ${free.join(' or ')}`;
}

function refused(message: string, fields: FieldErrors = {}): SignupFailure {
  return { success: false, message, fields };
}
