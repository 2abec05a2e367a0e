// What the package exports: the client, its errors, its version.

export * from './errors.mjs';
export { Tenantd } from './tenantd.mjs';
export { version } from './version.mjs';
