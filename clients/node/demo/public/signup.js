// The signup page: from the form through the steps to the workspace, or to what was undone.

import { deriveSubdomain } from '/rules/rules.mjs';
import { Fields } from './fields.js';
import { Keys } from './keys.js';
import { Steps } from './steps.js';
import { Trouble, ask, follow } from './stream.js';
import { faultsOf, outcome, seconds } from './words.js';

/** Milliseconds for which a step stays as it is, so that an eye can follow; times are tenantd's. */
const pace = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 160;
/** Milliseconds after which a signup that has not begun says that it waits. */
const patience = 400;

const at = (id) => document.getElementById(id);
const panels = ['form-panel', 'steps-panel', 'done-panel', 'failed-panel'].map(at);
const say = (sentence) => (at('live').textContent = sentence);

const form = at('form');
const fields = new Fields(form);
const steps = new Steps(at('steps'), say);
const keys = new Keys(at('secrets'), say);

let about = { bench: 'bench', suffix: 'localhost' };
let running;
let attempt = { values: '', key: '' };

/** Shows one panel, and brings the keyboard and the screen reader to its heading. */
function show(name, title) {
  for (const panel of panels) panel.hidden = panel.id !== `${name}-panel`;
  document.title = `${title} · Nexus`;
  if (name !== 'form') steps.showIn(at(`${name}-panel`));
  at(`${name}-title`).focus();
}

function showForm() {
  show('form', 'Create your workspace');
}

function setBusy(isBusy) {
  at('submit').setAttribute('aria-disabled', String(isBusy));
  at('submit').textContent = isBusy ? 'Checking…' : 'Create workspace';
}

// MARK: One signup

/** A signup that is sent again unchanged is the same one: it never makes a second workspace. */
function params() {
  const values = fields.values;
  const text = JSON.stringify(values);
  if (text !== attempt.values) attempt = { values: text, key: crypto.randomUUID() };
  return { ...values, idempotencyKey: attempt.key };
}

async function sign() {
  if (running !== undefined) return;
  running = {};
  setBusy(true);
  steps.reset();
  const begin = () => {
    if (!at('steps-panel').hidden || running === undefined) return;
    show('steps', 'Creating your workspace');
    at('cancel').setAttribute('aria-disabled', 'false');
  };
  const waiting = setTimeout(() => {
    at('steps-lead').textContent = 'Waiting for its turn…';
    begin();
  }, patience);
  const end = await followed((progress) => {
    clearTimeout(waiting);
    lead('steps-lead', progress.site, ' is being made.');
    begin();
  });
  clearTimeout(waiting);
  running = undefined;
  setBusy(false);
  if (end.event === 'done') finish(end.data);
  else fail(end.data);
}

/** @returns {Promise<{ event: 'done' | 'failed', data: object }>} how it ended */
async function followed(onStep) {
  try {
    for await (const { event, data } of follow('/api/signup', params())) {
      if (event === 'accepted') running.id = data.id;
      if (event === 'done' || event === 'failed') return { event, data };
      if (event !== 'step') continue;
      onStep(data);
      steps.show(data);
      if (!document.hidden) await new Promise((resolve) => setTimeout(resolve, pace));
    }
    throw new Trouble('The server ended the connection.');
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const data = { kind: 'connection_lost', message: error.message, fields: [] };
    return { event: 'failed', data };
  }
}

function finish(tenant) {
  lead('done-lead', tenant.site, ` was made in ${seconds(tenant.seconds)}.`);
  at('url').href = tenant.url;
  at('url').textContent = tenant.url;
  at('user').textContent = tenant.user;
  at('done-note').hidden = about.bench !== 'sandbox';
  at('done-steps').textContent = `${tenant.steps.length} steps, ${seconds(tenant.seconds)}`;
  keys.offer(tenant.receipt, tenant.hasPassword);
  attempt = { values: '', key: '' };
  form.reset();
  preview();
  show('done', 'Your workspace is ready');
}

function fail(failure) {
  const faults = faultsOf(failure);
  if (faults !== undefined) {
    if (at('form-panel').hidden) showForm();
    fields.tell(faults);
    return;
  }
  const { title, lead: sentence, undone, isUndone } = outcome(failure);
  steps.fail(failure);
  at('failed-title').textContent = title;
  at('failed-lead').textContent = sentence;
  at('undone').textContent = undone;
  at('undone').className = isUndone ? 'note good' : 'note warn';
  at('failed-badge').className = failure.kind === 'cancelled' ? 'badge calm' : 'badge bad';
  at('told-message').textContent = failure.message;
  at('told-pending').textContent = failure.pending ?? '';
  at('told-advice').textContent = failure.advice ?? '';
  show('failed', title);
  say(undone);
}

/** A sentence about a site, whose name stands out. */
function lead(id, site, rest) {
  const name = document.createElement('b');
  name.textContent = site;
  at(id).replaceChildren(name, rest);
}

// MARK: The address

function preview() {
  const { organizationName, subdomain } = fields.values;
  const derived = deriveSubdomain(organizationName);
  const name = subdomain.trim().toLowerCase() || derived;
  at('subdomain').placeholder = derived ?? '';
  const hint = at('subdomain-hint');
  if (name === undefined) {
    hint.textContent = organizationName.trim() === ''
      ? 'Made from your organisation’s name.' : 'This name gives no address: choose one.';
    return;
  }
  const whole = document.createElement('b');
  whole.textContent = `${name}.${about.suffix}`;
  hint.replaceChildren('Your workspace will be at ', whole);
}

// MARK: What a person does

form.addEventListener('input', preview);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (running === undefined && fields.check()) void sign();
});

at('show-password').addEventListener('click', ({ currentTarget }) => {
  const isShown = at('password').type === 'text';
  at('password').type = isShown ? 'password' : 'text';
  currentTarget.textContent = isShown ? 'Show' : 'Hide';
  currentTarget.setAttribute('aria-label', `${isShown ? 'Show' : 'Hide'} password`);
});

at('cancel').addEventListener('click', async ({ currentTarget }) => {
  if (running?.id === undefined || currentTarget.getAttribute('aria-disabled') === 'true') return;
  currentTarget.setAttribute('aria-disabled', 'true');
  say('Taking the signup back.');
  // When it cannot be asked for, the stream has ended too, and says so.
  await ask('/api/signup/cancel', { id: running.id }).catch(() => {});
});

at('retry').addEventListener('click', () => void sign());
at('back').addEventListener('click', () => {
  showForm();
  at('organizationName').focus();
});
at('another').addEventListener('click', () => {
  keys.forget();
  showForm();
  at('organizationName').focus();
});

// A browser that brings a page back from its memory brings a stream that has ended.
addEventListener('pageshow', (event) => event.persisted && location.reload());

const answer = await fetch('/api/about').catch(() => undefined);
if (answer?.ok) about = await answer.json();
at('suffix').textContent = `.${about.suffix}`;
at('bench').textContent = about.bench === 'sandbox' ? 'Sandbox' : '';
at('bench').hidden = about.bench !== 'sandbox';
preview();
