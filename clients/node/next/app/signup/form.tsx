'use client';
// The form, the steps while the workspace is made, and the finished workspace.

import { useId, useState } from 'react';
import { deriveSubdomain } from 'tenantd/rules';
import type { FieldName } from '../../lib/signup-form';
import { Steps } from './steps';
import { useSignup } from './use-signup';
import { Workspace } from './workspace';

const empty = { organizationName: '', fullName: '', email: '', password: '', subdomain: '' };

export function SignupForm() {
  const { state, steps, submit, isPending } = useSignup();
  // React empties a form's own inputs behind an action; these keep what was typed.
  const [values, setValues] = useState(empty);

  if (state?.success) return <Workspace message={state.message} data={state.data} />;
  const fields = state?.fields ?? {};
  const input = (name: FieldName) => ({
    name,
    value: values[name],
    fault: fields[name],
    onChange: (value: string) => setValues((values) => ({ ...values, [name]: value })),
  });
  return (
    <form action={submit}>
      <Field {...input('organizationName')} label="Organisation" autoComplete="organization" />
      <Field {...input('fullName')} label="Your name" autoComplete="name" />
      <Field {...input('email')} label="E-mail" type="email" autoComplete="email" />
      <Field
        {...input('password')} label="Password" type="password" autoComplete="new-password"
        hint="12 characters or more"
      />
      <Field
        {...input('subdomain')} label="Web address" isOptional
        placeholder={deriveSubdomain(values.organizationName)}
      />
      <label>
        <input type="checkbox" name="showKeys" /> Show me the API keys afterwards
      </label>
      <button type="submit" disabled={isPending}>
        {isPending ? 'Creating your workspace…' : 'Create workspace'}
      </button>
      {isPending && <Steps steps={steps} />}
      <p role="alert">{!isPending && state?.message}</p>
    </form>
  );
}

interface FieldProps {
  name: FieldName;
  label: string;
  value: string;
  fault: string | undefined;
  onChange: (value: string) => void;
  type?: 'text' | 'email' | 'password';
  autoComplete?: string;
  hint?: string;
  placeholder?: string | undefined;
  isOptional?: boolean;
}

function Field(props: FieldProps) {
  const { name, label, value, fault, onChange, hint, isOptional = false } = props;
  const id = useId();
  const note = fault === undefined ? hint : `${label} ${fault}`;
  return (
    <p>
      <label htmlFor={id}>{label}{isOptional && ' (optional)'}</label>
      <input
        id={id} name={name} value={value} type={props.type ?? 'text'} required={!isOptional}
        autoComplete={props.autoComplete ?? 'off'} placeholder={props.placeholder}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={fault !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
      />
      {note !== undefined && <span id={`${id}-note`}>{note}</span>}
    </p>
  );
}
