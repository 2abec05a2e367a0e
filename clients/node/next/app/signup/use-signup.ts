'use client';
// The signup's state in the browser: the action's answer, and the steps while it runs.

import { useActionState, useRef, useState } from 'react';
import type { SignupState, Step } from '../../lib/signup-form';
import { signup } from '../actions/signup';

export interface SignupHandle {
  state: SignupState | undefined;
  /** The latest word on each step that has begun. */
  steps: Step[];
  submit: (form: FormData) => void;
  isPending: boolean;
}

export function useSignup(): SignupHandle {
  const [steps, setSteps] = useState<Step[]>([]);
  // One for this form: sending it twice makes one workspace. It never stands in an address.
  const key = useRef('');

  async function act(
    previous: SignupState | undefined, form: FormData,
  ): Promise<SignupState | undefined> {
    const progress = randomID();
    key.current ||= randomID();
    form.set('progress', progress);
    form.set('key', key.current);
    setSteps([]);
    const events = new EventSource(`/signup/progress?id=${progress}`);
    events.addEventListener('step', ({ data }: MessageEvent<string>) => {
      const step = JSON.parse(data) as Step;
      setSteps((steps) => step.state === 'restarted'
        ? [] : [...steps.filter((other) => other.step !== step.step), step]);
    });
    events.addEventListener('end', () => events.close());
    try {
      return await signup(previous, form);
    } catch {
      // The answer did not arrive. The form can be sent again: its key is the same.
      const message = 'The connection was lost. Please send the form again.';
      return { success: false, message, fields: {} };
    } finally {
      events.close();
    }
  }

  const [state, submit, isPending] = useActionState(act, undefined);
  return { state, steps, submit, isPending };
}

/** 128 random bits. `crypto.randomUUID` is not there on a page without TLS. */
function randomID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
