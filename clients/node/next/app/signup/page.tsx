// `/signup`: the page that a customer comes to.

import type { Metadata } from 'next';
import { SignupForm } from './form';

export const metadata: Metadata = { title: 'Create your workspace' };

export default function SignupPage() {
  return (
    <main>
      <h1>Create your workspace</h1>
      <SignupForm />
    </main>
  );
}
