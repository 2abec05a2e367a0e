// Which tenantd this package speaks with: the same major and minor version.

import { failure } from './failures.mjs';

/** The version of this package, and of the protocol that it was made for. */
export const version = '0.1.0';

/**
 * @param {{ title?: unknown, version?: unknown } | undefined} info the `info` of `rpc.discover`
 * @param {string} binary
 * @returns {import('./errors.mjs').TenantdError | undefined} what is wrong
 */
export function checkVersion(info, binary) {
  if (info?.title !== 'tenantd' || typeof info.version !== 'string') {
    return failure('protocol_error', `${binary} answers, but does not say that it is tenantd.`, {
      advice: 'Set the `binary` option or TENANTD_BINARY to the path of tenantd.',
    });
  }
  if (line(info.version) === line(version)) return undefined;
  const message =
    `${binary} is tenantd ${info.version}, but this package (${version}) needs ${line(version)}.x.`;
  return failure('version_mismatch', message, {
    advice: 'Update the package or the program, so that both have the same first two numbers.',
    version: info.version,
  });
}

function line(version) {
  return version.split('.', 2).join('.');
}
