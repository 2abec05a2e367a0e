// The signup without a script: a form in, a page out.

import { readFileSync } from 'node:fs';

const frame = readFileSync(new URL('../public/index.html', import.meta.url), 'utf8');
const [, before, after] = frame.match(/^([^]*<div class="card panel">)[^]*?(<\/div>\s*<\/main>[^]*)$/);

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => String(text).replace(/[&<>"']/g, (character) => escapes[character]);

/** @param {number} status @param {string} title @param {Array<[string, string]>} rows */
export function sendPage(response, status, title, rows) {
  const facts = rows.map(([name, value]) =>
    `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`);
  // Its script would take the form away that this page does not have.
  const body = before.replace(/\s*<script[^]*?<\/script>/, '')
    + `<h2>${escaped(title)}</h2><dl class="facts">${facts.join('')}</dl>`
    + `<div class="actions"><a class="button" href="/">Back to the form</a></div>${after}`;
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store',
  });
  response.end(body);
}
