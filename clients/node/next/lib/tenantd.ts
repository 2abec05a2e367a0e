// The one tenantd of this server. It is started by the first call.

import { Tenantd } from 'tenantd';

/**
 * Hot reload evaluates this module again, and Next bundles an action and a route apart. All of these
 * clients have the same options, so they share one process: the package keeps it in `globalThis`.
 *
 * `TENANTD_SANDBOX` is this application's own switch: `1` for a temporary sandbox, or a folder.
 */
export const tenantd = new Tenantd({ sandbox: sandbox(process.env.TENANTD_SANDBOX) });

function sandbox(setting: string | undefined): boolean | string {
  if (setting === undefined || setting === '' || setting === '0') return false;
  return setting === '1' ? true : setting;
}
