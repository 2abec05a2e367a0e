#!/usr/bin/env node
// Removes test tenants from the configured bench, and what dead provisions left: lists them first,
// and waits before anything is deleted.

import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError } from 'tenantd';
import { connect, readArguments } from './support/arguments.mjs';
import { Lines, count, duration } from './support/lines.mjs';
import { run } from './support/run.mjs';

const usage = `Usage: npm run provision:cleanup -- [PATTERN] [--sandbox[=FOLDER]]

Lists the tenants that match, waits 5 seconds (Ctrl-C stops it with nothing deleted), removes them,
and cleans the orphans: what provisions that died left behind. There is no backup.

  PATTERN             a glob for names or subdomains; absent: test-*
  --sandbox[=FOLDER]  a bench in a temporary folder, or in FOLDER, instead of the real one

The bench is the one that tenantd is configured for; see \`tenantd --help\`.

Exit codes: 0 all is removed, or nothing was there; 1 something could not be removed; 2 wrong usage;
130 interrupted.
`;

/** Seconds in which nothing happens. */
const delay = 5;

await run(usage, async (words, signal) => {
  const { positionals: [pattern = 'test-*'], sandbox } = readArguments(words, { positionals: 1 });
  const lines = new Lines();
  // Who cleans up wants no new standbys.
  const tenantd = connect(sandbox, ['--pool', '0']);
  const removed = [];
  try {
    lines.live((seconds) => `Looking for ${pattern} … ${duration(seconds)}`);
    const found = await tenantd.cleanup({ pattern, orphans: true, dryRun: true }, { signal });
    list({ found, pattern, lines });
    if (found.dropped.length === 0) return 0;
    await pause(lines, signal);
    return await remove({ tenantd, found, removed, lines, signal });
  } catch (error) {
    lines.close();
    if (!signal.aborted || !(error instanceof CancelledError)) throw error;
    stopped(removed, lines);
    return 1;
  } finally {
    lines.close();
    await tenantd.close();
  }
});

function list({ found, pattern, lines }) {
  const sites = found.dropped.filter(({ kind }) => kind === 'site');
  const orphans = found.dropped.filter(({ kind }) => kind !== 'site');
  lines.print(`${count(sites.length, 'tenant')} found for ${pattern}`);
  for (const { name } of sites) lines.print(`  ${name}`);
  if (orphans.length > 0) {
    lines.print(`${count(orphans.length, 'orphan')}`);
    for (const { kind, name } of orphans) lines.print(`  ${kind.replace('_', ' ')} ${name}`);
  }
  for (const { site, reason } of found.kept) lines.print(`Kept: ${site} ${reason}.`);
  if (found.dropped.length === 0) lines.print('Nothing to remove.');
}

// The wait is here and not in tenantd: whatever ends this program now, nothing was asked for yet.
async function pause(lines, signal) {
  lines.print(`\nThese are deleted for good in ${delay} seconds. Ctrl-C stops it.`);
  lines.live((seconds) => `  ${Math.max(1, Math.ceil(delay - seconds))} …`);
  try {
    await wait(delay * 1000, undefined, { signal });
  } catch (error) {
    throw new CancelledError('Stopped.', { kind: 'cancelled' }, { cause: error });
  }
}

/** Removes what was listed, and no tenant that came meanwhile; `removed` gets what is gone. */
async function remove({ tenantd, found, removed, lines, signal }) {
  const sites = found.dropped.filter(({ kind }) => kind === 'site').map(({ name }) => name);
  let ended = 0; // They end in an order of their own.
  const onProgress = ({ state, site, of }) => {
    if (state !== 'started') ended += 1;
    const label = `  ${Math.max(1, ended)}/${of}  ${site}`;
    if (state === 'started') lines.live((seconds) => `${label}  … ${duration(seconds)}`);
    if (state === 'done') {
      lines.print(`${label}  ✓`);
      removed.push(site);
    }
    if (state === 'failed') lines.print(`${label}  ✗`);
    if (ended === of && state !== 'started') {
      lines.live((seconds) => `  orphans  … ${duration(seconds)}`);
    }
  };
  const wanted = { ...(sites.length > 0 && { sites }), orphans: true, delay: 0 };
  const report = await tenantd.cleanup(wanted, { signal, onProgress });
  const gone = report.dropped.filter(({ kind }) => kind === 'site').length;
  const orphans = report.dropped.length - gone;
  const what = `${count(gone, 'tenant')} and ${count(orphans, 'orphan')}`;
  lines.print(`\nRemoved ${what} in ${duration(report.seconds)}.`);
  for (const { site, reason } of report.kept) lines.print(`Kept: ${site} ${reason}.`);
  for (const { kind, name, reason } of report.failed) {
    lines.print(`Not removed: ${kind.replace('_', ' ')} ${name}: ${reason}`);
  }
  return report.failed.length === 0 && report.kept.length === 0 ? 0 : 1;
}

function stopped(removed, lines) {
  if (removed.length === 0) return lines.print('Stopped. Nothing was deleted.');
  return lines.print(`Stopped. ${count(removed.length, 'tenant')} had been removed by then.`);
}
