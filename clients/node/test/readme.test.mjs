// The README's first example prints what the README says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as errors from 'tenantd';
import { binary, limit, packageFolder } from './support.mjs';

// As users have it.
delete process.env.TENANTD_POOL;

const text = readFileSync(join(packageFolder, 'README.md'), 'utf8');

describe('README', limit, () => {
  test('the first example', () => {
    const [, source] = text.match(/^```js\n([^]*?)^```$/m);
    const [, said] = text.match(/^\$ node first\.mjs\n([^]*?)^```$/m);
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', source], {
      cwd: packageFolder, encoding: 'utf8', env: { ...process.env, TENANTD_BINARY: binary },
    });
    assert.equal(output, said);
  });

  test('the rules\' example', async () => {
    const { checkSignup, deriveSubdomain } = await import('tenantd/rules');
    const { fields } = checkSignup({ organizationName: 'Acme', fullName: 'Ada', email: 'ada@' });
    assert.ok(text.includes(`// [{ field: '${fields[0].field}', reason: '${fields[0].reason}' }]`));
    assert.ok(text.includes(`deriveSubdomain('Acme Corporation'); // '${deriveSubdomain('Acme Corporation')}'`));
  });

  test('the classes that it names are there', () => {
    const named = [...text.matchAll(/`(\w+Error)`/g)].map(([, name]) => name);
    assert.ok(named.length >= 10);
    assert.deepEqual(named.filter((name) => !(name in errors)), []);
  });
});
