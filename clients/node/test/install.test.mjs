// The package in an application's node_modules: real files, for bundlers that follow no symlink out
// of the application (Turbopack), and without a network.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { limit, packageFolder } from './support.mjs';

const quiet = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];

function application(t) {
  const folder = mkdtempSync(join(tmpdir(), 'tenantd-app-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'package.json'), '{"name":"app","private":true,"type":"module"}');
  return folder;
}

function check(folder) {
  const installed = join(folder, 'node_modules', 'tenantd');
  assert.ok(!lstatSync(installed).isSymbolicLink());
  for (const part of ['src', 'next', 'scripts']) {
    assert.ok(readdirSync(join(installed, part)).length > 0);
  }
  const source = `import { Tenantd } from 'tenantd';
    import { deriveSubdomain } from 'tenantd/rules';
    console.log(typeof Tenantd, deriveSubdomain('Acme Corporation'));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: folder, encoding: 'utf8',
  });
  assert.equal(said, 'function acme-corp\n');
}

describe('the package in an application', limit, () => {
  test('as README installs it', (t) => {
    const folder = application(t);
    execFileSync('npm', ['install', '--install-links', packageFolder, ...quiet], { cwd: folder });
    check(folder);
  });

  test('from a packed archive', (t) => {
    const folder = application(t);
    const [archive] = JSON.parse(execFileSync(
      'npm', ['pack', '--json', '--pack-destination', folder, packageFolder, ...quiet],
      { cwd: folder, encoding: 'utf8' }));
    execFileSync('npm', ['install', join(folder, archive.filename), ...quiet], { cwd: folder });
    check(folder);
  });
});
