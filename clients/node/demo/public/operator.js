// The operator's page: a stream of the service's state, drawn anew each time it has changed.

import { attention, benchFacts, finishedRow, jobRow, numbers } from './rows.js';

/** Milliseconds without a word after which the picture is called old: some answers are missing. */
const patience = 5000;

const at = (id) => document.getElementById(id);

/** Draws a part when its data has changed: what is being read aloud or selected stays. */
const drawn = new Map();
function draw(id, data, make) {
  const text = JSON.stringify(data);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  at(id).replaceChildren(...[make(data)].flat());
}

function setText(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

// MARK: The picture

const states = {
  ready: ['Ready', 'good'],
  connecting: ['Connecting', 'warn'],
};

function show({ service, trouble, bench, lately }) {
  setText('bench', bench === 'sandbox' ? 'Sandbox' : '');
  at('bench').hidden = bench !== 'sandbox';
  showHealth(service?.bench ?? {
    state: trouble.kind, error: trouble.message, advice: trouble.advice,
  });
  showLately(lately);
  if (service === undefined) return;
  showJobs(service.jobs);
  showTenants(service.tenants);
  showPool(service.pool, service.jobs.served);
  draw('facts', { bench: service.bench, uptime: Math.floor(service.uptime) }, benchFacts);
  setText('version', `Version ${service.version}.`);
}

function showHealth({ state, error, advice }) {
  const plain = state.replaceAll('_', ' ');
  const [word, tone] = states[state] ?? [plain[0].toUpperCase() + plain.slice(1), 'bad'];
  setText('state', word);
  at('state').className = `pill ${tone}`;
  at('trouble').hidden = error === undefined;
  setText('error', error ?? '');
  setText('advice', advice ?? '');
}

function showJobs({ running, queued, concurrency, capacity }) {
  const places = `${running.length} of ${concurrency} running`;
  setText('jobs-count', `${places}, ${queued.length} of ${capacity} waiting`);
  draw('jobs', { running, queued }, () => [
    ...running.map((job) => jobRow(job, true)), ...queued.map((job) => jobRow(job, false)),
  ]);
  at('jobs-empty').hidden = running.length + queued.length > 0;
}

function showTenants(tenants) {
  const counts = tenants ?? {};
  draw('tenants', counts, () => numbers(Object.entries(counts)));
}

function showPool({ max, wanted, ready, template, failure }, served) {
  setText('pool-count', ready === undefined ? '' : `${ready} of ${wanted} ready`);
  draw('pool', { wanted, ready }, () => Array.from({ length: Math.min(wanted, 24) }, (_, index) => {
    const dot = document.createElement('i');
    if (index < (ready ?? 0)) dot.className = 'full';
    return dot;
  }));
  const source = template
    ? 'New sites are copied from a template.' : 'The template is being made.';
  const trouble = failure && `None can be made (${failure.tries} tries): ${failure.reason}`;
  setText('pool-words', max === 0 ? 'No sites are kept ready.' : trouble ?? source);
  const names = { standby: 'From the pool', copy: 'Copied', wizard: 'Set up first', install: 'Installed' };
  draw('served', served, () =>
    numbers(Object.entries(names).map(([name, words]) => [words, served[name]])));
}

function showLately({ count, finished, entries }) {
  setText('done-count', `${count} since this server was started`);
  at('finished').hidden = count === 0;
  draw('done', finished, () => finished.map(finishedRow));
  draw('lately', entries, () => entries.map(attention));
  at('lately-empty').hidden = entries.length > 0;
}

// MARK: The stream

let silence;
function setLink(state, words) {
  at('link').dataset.state = state;
  setText('link', words);
}

function heard() {
  clearTimeout(silence);
  setLink('live', 'Updates by itself');
  silence = setTimeout(() => setLink('lost', 'tenantd has not answered for 5 s'), patience);
}

const stream = new EventSource('/api/operator');
stream.addEventListener('status', (event) => {
  heard();
  show(JSON.parse(event.data));
});
stream.addEventListener('error', () => {
  clearTimeout(silence);
  setLink('lost', 'The server does not answer: trying again');
});
