// What the types of the rules accept and refuse. Compiled by `npm run check`, never run.

import { checkSignup, deriveSubdomain } from 'tenantd/rules';

const { fields, subdomain } = checkSignup({ organizationName: 'Acme', email: undefined });
for (const { field, reason } of fields) void [field.length, reason.length];
// @ts-expect-error: there may be none
subdomain.length;
// @ts-expect-error: no such field
checkSignup({ organisation: 'Acme' });
// @ts-expect-error: a form's entry may be a file
checkSignup({ email: new FormData().get('email') });

const derived: string | undefined = deriveSubdomain('Acme Corporation');
// @ts-expect-error: there may be none
const certain: string = deriveSubdomain('…');
void [derived, certain];
