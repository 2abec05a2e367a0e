#!/usr/bin/env node
// Makes a test tenant on the configured bench, shows each step, and checks that it is what was
// asked for.

import { randomBytes } from 'node:crypto';
import { Skipped, checks } from './support/checks.mjs';
import { connect, readArguments } from './support/arguments.mjs';
import { Lines, count, duration } from './support/lines.mjs';
import { run, sentences } from './support/run.mjs';

const usage = `Usage: npm run provision:test -- [--subdomain NAME] [--show-keys] [--sandbox[=FOLDER]]

Makes a test tenant, shows its steps, checks it, and says how to remove it.

  --subdomain NAME    its name; absent: test- and 8 random digits
  --show-keys         print the API key and secret
  --sandbox[=FOLDER]  a bench in a temporary folder, or in FOLDER, instead of the real one

The bench is the one that tenantd is configured for: DOCKER_SERVICE, ERP_NEXT_URL, …;
see \`tenantd --help\`. The program is TENANTD_BINARY, or tenantd in PATH.

Exit codes: 0 every check held, 1 one did not or no tenant was made, 2 wrong usage,
130 interrupted: the tenant that was being made is undone.
`;

await run(usage, async (words, signal) => {
  const { values, sandbox } = readArguments(words, {
    options: { subdomain: { type: 'string' }, 'show-keys': { type: 'boolean' } },
  });
  const subdomain = values.subdomain ?? `test-${randomBytes(4).toString('hex')}`;
  const params = {
    organizationName: `Test ${subdomain}`,
    fullName: 'Tess Tenant',
    email: `owner@${subdomain}.example`,
    subdomain,
  };
  const lines = new Lines();
  const tenantd = connect(sandbox);
  try {
    const { tenant, steps } = await provision({ tenantd, params, lines, signal });
    tell({ tenant, lines, showsKeys: values['show-keys'] });
    const isRight = await verify(checks(tenantd, {
      params, tenant, steps, isSandbox: sandbox !== false, address: process.env.ERP_NEXT_URL, signal,
    }), lines);
    lines.print(`\n${cleanUp(tenant.site, sandbox)}`);
    return isRight ? 0 : 1;
  } finally {
    lines.close();
    await tenantd.close();
  }
});

async function provision({ tenantd, params, lines, signal }) {
  const steps = [];
  lines.print(`Making the test tenant ${params.subdomain}\n`);
  lines.live((seconds) => `  …    Waiting for the bench   ${duration(seconds)}`);
  const onProgress = ({ step, of, title, state, message, seconds }) => {
    const label = `${step}/${of}  ${title.padEnd(20)}`;
    if (state === 'started') lines.live((now) => `  ${label}  … ${duration(now)}`);
    if (state === 'restarted') {
      lines.print(`  ${label}  ↺ ${message}`);
      steps.length = 0;
    }
    if (state === 'warning') lines.print(`  ${label}  ! ${message}`);
    if (state !== 'done') return;
    steps.push(step);
    lines.print(`  ${label}  ✓ ${duration(seconds)}`);
  };
  const tenant = await tenantd.provision(params, { signal, onProgress });
  return { tenant, steps };
}

function tell({ tenant, lines, showsKeys }) {
  lines.print();
  lines.print(`  Site    ${tenant.site}`);
  lines.print(`  URL     ${tenant.url}`);
  lines.print(`  Owner   ${tenant.user}`);
  if (showsKeys) {
    lines.print(`  Key     ${tenant.apiKey}`);
    lines.print(`  Secret  ${tenant.apiSecret}`);
  }
}

/** Prints the checklist. @returns {Promise<boolean>} whether nothing was wrong */
async function verify(list, lines) {
  lines.print('\nChecklist\n');
  let wrong = 0;
  for (const { title, look } of list) {
    lines.live((seconds) => `  …  ${title}   ${duration(seconds)}`);
    try {
      lines.print(`  ✓  ${title}: ${await look()}`);
    } catch (error) {
      if (error instanceof Skipped) {
        lines.print(`  –  ${title}: not looked at, ${error.message}`);
      } else {
        wrong += 1;
        lines.print(`  ✗  ${title}: ${sentences(error)}`);
      }
    }
  }
  lines.print(wrong === 0 ? '\nAll is well.' : `\n${count(wrong, 'check')} did not hold.`);
  return wrong === 0;
}

function cleanUp(site, sandbox) {
  if (sandbox === true) return 'The sandbox ends with this command, and the tenant with it.';
  const more = sandbox === false ? '' : ` ${quoted(`--sandbox=${sandbox}`)}`;
  return `Remove it with\n\n  npm run provision:cleanup -- ${site}${more}`;
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}
