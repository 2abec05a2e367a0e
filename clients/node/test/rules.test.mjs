// The rules for a form, beside tenantd's own: the same faults in the same words, and the same names.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkSignup, deriveSubdomain } from 'tenantd/rules';
import { client, limit, rejection } from './support.mjs';

const right = {
  organizationName: 'Acme Corporation', fullName: 'Ada Lovelace', email: 'ada@acme.example',
  password: 'SecurePass123',
};

const values = {
  organizationName: [
    undefined, '', ' \u3000', 'x'.repeat(140), 'x'.repeat(141), '🦊'.repeat(140), 'a\u0000b', 'a\nb',
    'a\u2028b', '…', 'Acme', 'Müller & Söhne GmbH', 'Company', 'The Company Limited', 'Admin', 'WWW',
    'xn--bcher-kva', 'Tenantd Tools', 'ŁÓDŹ Straße Œuvre', '日本', 'a'.repeat(70), 'ΣΊΣΥΦΟΣ 1',
    `${'word '.repeat(20)}`, 'İstanbul', '²³ ½', '-x-',
  ],
  fullName: [
    undefined, '', ' ', '7', '日本', 'O\'Brien "x" $y', 'x'.repeat(141), 'a\tb', '🦊', 'é', 'ª',
  ],
  email: [
    undefined, '', 'x', 'a@b', 'a@b.c', 'A@B.C', ' a@b.co ', 'a@@b.co', 'a@b@c.co', '.a@b.co',
    'a..b@b.co', `${'a'.repeat(65)}@b.co`, `a@${'b'.repeat(64)}.co`, 'a@-b.co', 'ü@b.co', 'a@ü.co',
    'admin@example.com', 'Guest@Example.com', `a@${'b.'.repeat(80)}co`, 'a b@c.co', 'K@b.co',
  ],
  password: [
    undefined, '', 'short', 'password1234', 'passwordpassword', 'acmeacmeacme1', 'xx-lovelace-xx',
    'ada-is-fine-here', 'é'.repeat(11), 'é'.repeat(12), '🦊'.repeat(129), 'tab\tin the middle',
    'qwertyuiop12', '123456789012', 'aaaaaaaaaaaa', 'SecurePass123', 'P@ssw0rd1234', 'corporation12',
    '👩‍👩‍👧‍👦'.repeat(11), 'LOVELACE lovelace',
  ],
  subdomain: [
    undefined, '', 'ok', 'Ok', 'a_b', '-a', 'a-', 'xn--a', 'tenantd-a', 'www', 'a'.repeat(63),
    'a'.repeat(64), 'ü', '1', 'a.b', '🦊'.repeat(64),
  ],
};

describe('rules', limit, () => {
  test('tenantd finds the same faults in every form', async (t) => {
    const tenantd = client(t);
    const forms = Object.entries(values).flatMap(
      ([field, list]) => list.map((value) => ({ ...right, [field]: value })));
    forms.push({}, { password: 'acme-acme-acme' }, { ...right, email: 'x', password: 'x-lovelace-xxx' });
    await Promise.all(forms.map(async (form) => {
      // A plan that there is not, so that nothing is made of those that are right.
      const error = await rejection(tenantd.provision({ ...form, plan: 'none' }));
      const theirs = error.fields.filter(({ field }) => field !== 'plan');
      assert.deepEqual(checkSignup(form).fields, theirs, JSON.stringify(form));
      assert.equal(error.fields.length, theirs.length + 1);
    }));
    assert.deepEqual((await tenantd.status()).tenants, { active: 0 });
  });

  test('tenantd derives the same subdomains', async (t) => {
    const tenantd = client(t, { env: { TENANTD_CONCURRENCY: '1', TENANTD_POOL: '0' } });
    const names = ['Acme Corporation', 'Müller & Söhne Limited', 'a b'.repeat(30), 'İstanbul Σ'];
    for (const [index, organizationName] of names.entries()) {
      const { site } = await tenantd.provision({
        organizationName, fullName: 'Tess Tenant', email: `owner@${index}.example`,
      });
      assert.equal(site, `${deriveSubdomain(organizationName)}.localhost`);
    }
    assert.equal(deriveSubdomain('…'), undefined);
  });
});
