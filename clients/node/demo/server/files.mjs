// The files that a browser may have: those of `public/`, and the client's signup rules. They are
// looked up in a list, so that no path of a request reaches the file system.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const pages = { '/index.html': '/', '/operator.html': '/operator' };

const files = new Map();

function list(folder, at, wanted = () => true) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !Object.hasOwn(types, extname(entry.name))) continue;
    if (!wanted(entry.name)) continue;
    const path = `${at}${entry.name}`;
    files.set(pages[path] ?? path, new URL(entry.name, folder));
  }
}

list(new URL('../public/', import.meta.url), '/');
list(new URL('../../src/', import.meta.url), '/rules/', (name) => name === 'rules.mjs');
list(new URL('../../src/rules/', import.meta.url), '/rules/rules/');

/** @returns {Promise<boolean>} whether there is such a file; then it was sent */
export async function sendFile(response, path, isHead) {
  const file = files.get(path);
  if (file === undefined) return false;
  const body = await readFile(file);
  response.writeHead(200, {
    'Content-Type': types[extname(file.pathname)],
    'Content-Length': body.length,
    'Cache-Control': 'no-cache',
  });
  response.end(isHead ? undefined : body);
  return true;
}
