// The rows of the operator's page.

import { seconds } from './words.js';

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

function pair(term, ...description) {
  return element('div', '', element('dt', '', term), element('dd', '', ...description));
}

/** A job with how far it is, or that it waits. */
export function jobRow({ site, step, title, seconds: taken }, isRunning) {
  const row = element('li', '', element('b', '', site), element('time', 'muted', seconds(taken)));
  if (!isRunning) {
    row.append(element('span', 'muted', 'Waiting'));
    return row;
  }
  const words = step === undefined ? 'Beginning' : `Step ${step} of 5: ${title}`;
  const bar = element('progress', '');
  bar.max = 5;
  bar.value = step === undefined ? 0 : step - 0.5;
  bar.setAttribute('aria-label', `${site}: ${words}`);
  row.append(element('span', 'muted', words), bar);
  return row;
}

/** A workspace that was made, how fast, and when. */
export function finishedRow({ site, seconds: taken, at }) {
  return element('li', '', element('span', '', site), element('span', 'muted', seconds(taken)),
    clock(at));
}

function clock(at) {
  const time = element('time', 'muted', new Date(at).toLocaleTimeString());
  time.dateTime = at;
  return time;
}

/** Large numbers with their names. */
export function numbers(entries) {
  return entries.map(([name, value]) => pair(name, String(value)));
}

export function benchFacts({ bench, uptime }) {
  const { frappe, apps = {}, database, path } = bench;
  const others = Object.entries(apps).filter(([name]) => name !== 'frappe');
  const facts = [
    ['Frappe', frappe],
    ['Apps', others.map(([name, version]) => `${name} ${version}`).join(', ')],
    ['Database', database],
    ['Folder', path],
    ['Up for', duration(uptime)],
  ];
  return facts.filter(([, value]) => value).map(([term, value]) => pair(term, value));
}

function duration(whole) {
  const parts = [
    [Math.floor(whole / 86_400), 'd'], [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  if (first === -1) return '0 s';
  return parts.slice(first, first + 2).map(([value, unit]) => `${value} ${unit}`).join(' ');
}

const tones = { failure: ['Failed', 'bad'], warning: ['Warning', 'warn'], note: ['Cancelled', ''] };

/** Something that failed, or that an operator should know of. */
export function attention(entry) {
  const { level, at, site, message, advice, rolledBack, pending } = entry;
  const [word, tone] = tones[level];
  const head = element('header', '', element('span', `pill ${tone}`.trim(), word));
  if (site !== undefined) head.append(element('b', '', site));
  head.append(clock(at));
  const row = element('li', '', head, element('p', '', message));
  const undone = rolledBack === true ? 'Undone, nothing is left.' : pending;
  const rest = [undone, advice].filter(Boolean).join(' ');
  if (rest !== '') row.append(element('p', 'muted', rest));
  return row;
}
