// Yardstick: the script of today. Five `docker compose exec` commands, one execFile each, one after
// another. Prints `{ "steps": { name: seconds }, "seconds": … }`.
//
//   node today.mjs '{"service": …, "site": …, "app": …, "email": …, "firstName": …, "lastName": …,
//     "password": …, "adminPassword": …, "organization": …, "plan": …, "users": …, "storageGB": …}'
//
// It runs in the compose project's folder. The database's root password is the bench's own.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const given = JSON.parse(process.argv[2]);

/** A value as the Python literal that `bench execute` evaluates; strings and numbers only. */
const python = (value) => JSON.stringify(value);

const settings = python({
  doctype: 'SaaS Settings',
  name: 'SaaS Settings',
  fieldname: {
    plan: given.plan,
    max_users: given.users,
    max_storage_gb: given.storageGB,
    organization_name: given.organization,
  },
});

const site = ['--site', given.site];
const commands = {
  'new-site': [
    'new-site', given.site, '--admin-password', given.adminPassword,
    '--mariadb-user-host-login-scope', '%',
  ],
  'install-app': [...site, 'install-app', given.app],
  'add-user': [
    ...site, 'add-user', given.email, '--first-name', given.firstName,
    '--last-name', given.lastName, '--password', given.password, '--user-type', 'System User',
    '--add-role', 'System Manager',
  ],
  settings: [...site, 'execute', 'frappe.client.set_value', '--kwargs', settings],
  keys: [
    ...site, 'execute', 'frappe.core.doctype.user.user.generate_keys',
    '--args', python([given.email]),
  ],
};

const steps = {};
const start = performance.now();
for (const [name, words] of Object.entries(commands)) {
  const began = performance.now();
  try {
    await run('docker', ['compose', 'exec', '-T', given.service, 'bench', ...words], {
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    console.error(`${name} failed (${error.code}): ${error.stderr}`);
    process.exit(1);
  }
  steps[name] = (performance.now() - began) / 1000;
}
console.log(JSON.stringify({ steps, seconds: (performance.now() - start) / 1000 }));
