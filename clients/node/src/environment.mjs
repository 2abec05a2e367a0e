// What of the web server's environment tenantd gets: what it and Docker need, and no other secret.

const names = new Set([
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR',
  'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK', 'KUBECONFIG',
  'ADMIN_PASSWORD', 'ERP_NEXT_URL', 'ERP_API_KEY', 'ERP_API_SECRET', 'FRAPPE_SITE_NAME',
]);

const prefixes = ['TENANTD_', 'DOCKER_', 'COMPOSE_', 'LC_'];

/**
 * @param {Record<string, string | undefined>} from usually `process.env`
 * @param {Record<string, string | undefined>} [more] what is added; `undefined` takes a name out
 * @returns {Record<string, string>}
 */
export function childEnvironment(from, more = {}) {
  const result = {};
  for (const [name, value] of Object.entries(from)) {
    if (names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))) result[name] = value;
  }
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined) delete result[name];
    else result[name] = String(value);
  }
  return result;
}
