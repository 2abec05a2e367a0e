// The table of names and addresses that tenantd's own rules are held to as well.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkSignup, deriveSubdomain } from 'tenantd/rules';
import { folded, trimmed } from '../src/rules/text.mjs';
import { compatibilityTable } from './compatibility.mjs';

const read = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const table = JSON.parse(read('Tests/Names/names.json'));

const right = {
  organizationName: 'Acme', fullName: 'Ada Lovelace', email: 'ada@acme.example', subdomain: 'acme',
};
const faults = (form) => checkSignup({ ...right, ...form }).fields;

test('names give subdomains', () => {
  for (const [name, subdomain] of Object.entries(table.subdomains)) {
    assert.equal(deriveSubdomain(name), subdomain, JSON.stringify(name));
  }
});

test('names hide nothing', () => {
  for (const [name, reason] of Object.entries(table.names)) {
    const expected = reason === null ? [] : [{ field: 'organizationName', reason }];
    assert.deepEqual(faults({ organizationName: name }), expected, JSON.stringify(name));
  }
});

test('addresses', () => {
  for (const [email, reason] of Object.entries(table.addresses)) {
    const expected = reason === null ? [] : [{ field: 'email', reason }];
    assert.deepEqual(faults({ email }), expected, JSON.stringify(email));
  }
});

// tenantd has a table where this has the platform's own function; a platform of another Unicode
// version may know fewer characters, or more.
test('tenantd folds the same characters', () => {
  const own = new Set(compatibilityTable());
  const theirs = read('Sources/Tenancy/Resources/compatibility.txt').trim().split('\n');
  const isKnown = (line) => /^\p{Assigned}$/u.test(String.fromCodePoint(parseInt(line, 16)));
  const missing = theirs.filter((line) => !own.has(line) && isKnown(line));
  assert.deepEqual(missing, []);
});

test('what is looked at costs what its length is', () => {
  const cost = (length) => {
    const text = `x${' '.repeat(length)}x`;
    const start = process.cpuUsage();
    for (let round = 0; round < 20; round += 1) trimmed(text);
    const { user } = process.cpuUsage(start);
    return user;
  };
  cost(1000);
  // In the square it takes half a minute.
  assert.ok(cost(200_000) < 5_000_000);
  assert.equal(folded('é'.repeat(10)), 'e'.repeat(10));
});
