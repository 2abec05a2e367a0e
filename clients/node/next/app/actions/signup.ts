'use server';
// The signup form's server action.

import { signUp } from '../../lib/sign-up';
import type { SignupState } from '../../lib/signup-form';
import { signupProgress } from '../../lib/signup-progress';

/**
 * Makes a workspace of a form: `organizationName`, `fullName`, `email`, `password`, and when the
 * customer chose one `subdomain`. Beside them it may have
 *
 * - `progress`: the id, made for this try, under which `/signup/progress` tells the steps;
 * - `key`: one for this form; a second try with it gives the same workspace, not another one;
 * - `showKeys`: `on` when the customer wants the API keys on the screen.
 */
export async function signup(
  _previous: SignupState | undefined,
  form: FormData,
): Promise<SignupState> {
  const progress = signupProgress.begin(form.get('progress'));
  const key = form.get('key');
  try {
    const result = await signUp(form, {
      idempotencyKey: isKey(key) ? key : undefined,
      onStep: progress?.tell,
    });
    if (!result.success) return result;
    const { site, url, apiKey, apiSecret } = result.tenant;
    // Here the application stores the keys for its own use, encrypted: they are told this once.
    //
    // What is returned goes to the browser, so it is put together member by member.
    const data = form.get('showKeys') === 'on' ? { site, url, apiKey, apiSecret } : { site, url };
    return { success: true, message: 'Your workspace is ready.', data };
  } finally {
    progress?.end();
  }
}

/** Long enough that nobody guesses another customer's. */
function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}
