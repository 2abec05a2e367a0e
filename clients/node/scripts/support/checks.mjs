// What must be true of a tenant that was just made. Each check is a title and a function that
// returns what it saw, or throws what is wrong; `Skipped` says why it could not look.

import { randomBytes } from 'node:crypto';
import { SiteExistsError } from 'tenantd';
import { whoAmI } from './login.mjs';

export class Skipped extends Error {}

/**
 * @param {import('tenantd').Tenantd} tenantd
 * @param {{ params: import('tenantd').ProvisionParams, tenant: import('tenantd').Tenant,
 *   steps: number[], isSandbox: boolean, address?: string, signal: AbortSignal }} made `steps`: the
 *   numbers that progress said are done; `address`: what ERP_NEXT_URL says
 * @returns {{ title: string, look: () => Promise<string> }[]}
 */
export function checks(tenantd, { params, tenant, steps, isSandbox, address, signal }) {
  const { site, plan } = tenant;
  return [
    check('all five steps were told and done', () => {
      expect(steps.join(' ') === '1 2 3 4 5', `progress told these as done: ${steps.join(' ')}`);
      return `${tenant.seconds.toFixed(2)} s`;
    }),
    check('the site has the name that was asked for', () => {
      expect(site.startsWith(`${params.subdomain}.`), `it is ${site}`);
      return site;
    }),
    check('API key and secret are 256 bits each', () => {
      for (const name of ['apiKey', 'apiSecret']) {
        expect(/^[0-9a-f]{64}$/.test(tenant[name]), `${name} is not 64 hexadecimal digits`);
      }
      expect(tenant.apiKey !== tenant.apiSecret, 'they are the same');
      return '64 hexadecimal digits each';
    }),
    check('the site is active', async () => {
      const { state } = await tenantd.status({ site }, { signal });
      expect(state === 'active', `its state is ${state}`);
      return 'active';
    }),
    check('its owner is who signed up', async () => {
      const { owner, organization } = await tenantd.status({ site }, { signal });
      expect(owner === params.email, `the bench says ${owner}`);
      expect(organization === params.organizationName, `the organisation is ${organization}`);
      return owner;
    }),
    check('the plan\'s limits are kept with it', async () => {
      const kept = (await tenantd.status({ site }, { signal })).plan;
      const is = JSON.stringify([kept?.name, kept?.users, kept?.storageGB]);
      const wanted = JSON.stringify([plan.name, plan.users, plan.storageGB]);
      expect(is === wanted, `the bench says ${is}, the answer said ${wanted}`);
      return `${plan.name}: ${plan.users ?? 'unlimited'} users, ${plan.storageGB ?? 'unlimited'} GB`;
    }),
    check('the keys log in over HTTP, a wrong secret does not', async () => {
      if (isSandbox) throw new Skipped('a sandbox has no web server; `tenantd selftest` logs in');
      return login({ tenant, address, signal });
    }),
    check('the name is refused a second time', async () => {
      const again = { ...params, email: `again-${params.email}` };
      const second = tenantd.provision(again, { signal });
      const error = await second.then(() => undefined, (error) => error);
      expect(error !== undefined, 'a second tenant was made');
      if (!(error instanceof SiteExistsError)) throw error;
      return error.message;
    }),
  ];
}

function check(title, look) {
  return { title, look: async () => look() };
}

function expect(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

async function login({ tenant, address, signal }) {
  let right;
  try {
    right = await whoAmI(tenant, signal);
  } catch (error) {
    const what = `nothing answers at ${tenant.url} (${error.code ?? error.message})`;
    if (address !== undefined) throw new Error(what);
    throw new Skipped(`${what}; set ERP_NEXT_URL to the bench's address`);
  }
  const saw = `${tenant.url} answered ${right.status}`;
  expect(right.status === 200, `${saw}; is ERP_NEXT_URL the bench's address?`);
  expect(right.user === tenant.user, `${tenant.url} says that the keys are ${right.user}'s`);
  const wrong = await whoAmI({ ...tenant, apiSecret: randomBytes(32).toString('hex') }, signal);
  expect(wrong.status === 401, `a wrong secret was answered with ${wrong.status}`);
  return right.user;
}
