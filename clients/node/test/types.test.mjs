// The types: they compile, and they name what the modules export.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { limit, packageFolder, withoutTSC } from './support.mjs';

describe('types', limit, () => {
  for (const project of ['test/types', 'next']) {
    test(`tsc --strict accepts ${project}`, { skip: withoutTSC }, () => {
      const { status, stdout } = spawnSync('tsc', ['-p', project], {
        cwd: packageFolder, encoding: 'utf8',
      });
      assert.equal(status, 0, stdout);
    });
  }

  for (const [entry, files] of [['tenantd', ['index', 'errors']], ['tenantd/rules', ['rules']]]) {
    test(`every value that ${entry} exports has a type, and no other has`, async () => {
      const declared = files.flatMap((file) => {
        const text = readFileSync(join(packageFolder, `src/${file}.d.ts`), 'utf8');
        return [...text.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
      });
      assert.deepEqual(declared.sort(), Object.keys(await import(entry)).sort());
    });
  }

  test('the package says the same version as its code', async () => {
    const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
    assert.equal((await import('tenantd')).version, version);
  });
});
