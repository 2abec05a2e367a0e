// The Next.js files, compiled and called as Next would: the action, and the route with its steps.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { DatabaseDeniedError, RefusedError, Tenantd } from 'tenantd';
import { binary, limit, packageFolder, signup as params, withoutTSC } from './support.mjs';

/** Compiles the files, and makes their imports ones that Node finds without a bundler. */
function compiled() {
  const folder = mkdtempSync(join(tmpdir(), 'tenantd-next-'));
  const out = ['--noEmit', 'false', '--outDir', folder, '--rootDir', '.'];
  execFileSync('tsc', ['-p', '.', ...out], { cwd: join(packageFolder, 'next') });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(packageFolder, join(folder, 'node_modules/tenantd'));
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/^(app|lib)\/.*\.js$/.test(name)) continue;
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/from '(\.[^']*)'/g, 'from \'$1.js\''));
  }
  return folder;
}

const id = () => randomBytes(16).toString('hex');

function form(more = {}) {
  const data = new FormData();
  for (const [name, value] of Object.entries(params(more))) data.set(name, value);
  return data;
}

describe('next', { ...limit, skip: withoutTSC }, () => {
  let folder;
  let signup;
  let GET;
  let tenantd;
  let progress;

  before(async () => {
    process.env.TENANTD_BINARY = binary;
    process.env.TENANTD_SANDBOX = '1';
    process.env.TENANTD_LOG = 'error';
    folder = compiled();
    const load = (path) => import(pathToFileURL(join(folder, path)));
    ({ signup } = await load('app/actions/signup.js'));
    ({ GET } = await load('app/signup/progress/route.js'));
    ({ tenantd } = await load('lib/tenantd.js'));
    progress = await load('lib/signup-progress.js');
  });

  after(async () => {
    await tenantd.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Follows the steps of an id: events as `{ event, data }`, to the stream's end. */
  function follow(id, signal) {
    const url = `http://localhost/signup/progress?id=${id}`;
    const response = GET(new Request(url, { signal }));
    const events = response.text().then((text) => text.split('\n\n')
      .map((block) => block.match(/^event: (\w+)\ndata: (.*)$/))
      .filter((found) => found !== null)
      .map(([, event, data]) => ({ event, data: JSON.parse(data) })));
    return { response, events };
  }

  test('a signup: no key reaches the browser that did not ask', async () => {
    const state = await signup(undefined, form({ organizationName: 'Quiet Company' }));
    assert.deepEqual(state, {
      success: true,
      message: 'Your workspace is ready.',
      data: { site: 'quiet-co.localhost', url: 'http://quiet-co.localhost:8080' },
    });
    assert.doesNotMatch(JSON.stringify(state), /[0-9a-f]{64}/);
  });

  test('a signup that asked for its keys', async () => {
    const { data } = await signup(undefined, form({ showKeys: 'on' }));
    assert.deepEqual(Object.keys(data).sort(), ['apiKey', 'apiSecret', 'site', 'url']);
    assert.match(data.apiKey, /^[0-9a-f]{64}$/);
    assert.match(data.apiSecret, /^[0-9a-f]{64}$/);
  });

  test('everything that is wrong with the form, by field, without asking tenantd', async () => {
    const { running, queued } = (await tenantd.status()).jobs;
    const state = await signup(undefined, form({ email: 'x', password: '', fullName: '7' }));
    assert.deepEqual(state, {
      success: false,
      message: 'Please correct what is marked.',
      fields: {
        fullName: 'must have a letter', email: 'must have exactly one “@”', password: 'is required',
      },
    });
    assert.deepEqual([running, queued], [[], []]);
    const empty = await signup(undefined, new FormData());
    assert.deepEqual(
      Object.keys(empty.fields).sort(), ['email', 'fullName', 'organizationName', 'password']);
  });

  test('a file where text is due is a field that is missing', async () => {
    const data = form();
    data.set('email', new Blob(['x']), 'x.txt');
    assert.deepEqual((await signup(undefined, data)).fields, { email: 'is required' });
  });

  test('a taken name and a taken address are faults of their fields; no other name is told', async () => {
    const first = form({ organizationName: 'Taken Limited', email: 'owner@taken.example' });
    assert.equal((await signup(undefined, first)).success, true);
    const name = await signup(undefined, form({ organizationName: 'Taken Limited' }));
    assert.deepEqual(
      name.fields, { subdomain: 'is taken: choose another, such as taken-ltd-2 or taken-ltd-3' });
    const address = await signup(undefined, form({ email: 'owner@taken.example' }));
    assert.deepEqual(address.fields, { email: 'has a workspace already' });
    assert.doesNotMatch(JSON.stringify(address), /taken-ltd/);
  });

  test('the same form twice makes one workspace', async () => {
    const data = form({ key: id(), showKeys: 'on' });
    const [one, two] = await Promise.all([signup(undefined, data), signup(undefined, data)]);
    assert.deepEqual(one, two);
    data.set('fullName', 'Somebody Else');
    data.set('organizationName', 'Somebody Else');
    const other = await signup(undefined, data);
    assert.match(other.message, /was sent before with other entries/);
  });

  test('a key that could be guessed is none', async () => {
    const { site } = (await signup(undefined, form({ key: '1' }))).data;
    assert.ok(site);
    const state = await signup(undefined, form({ key: '1' }));
    assert.equal(state.success, true);
    assert.notEqual(state.data.site, site);
  });

  test('the operator\'s troubles are logged, and not told', async (t) => {
    const log = t.mock.method(console, 'error', () => {});
    let trouble = new DatabaseDeniedError('root is refused', {
      kind: 'database_denied', rolledBack: true,
    });
    t.mock.method(Tenantd.prototype, 'provision', () => Promise.reject(trouble));
    assert.deepEqual(await signup(undefined, form()), {
      success: false,
      message: 'Your workspace could not be made. Nothing was left behind. Please try again later.',
      fields: {},
    });
    assert.deepEqual(log.mock.calls.map(({ arguments: words }) => words), [
      ['signup failed (database_denied): root is refused'],
    ]);
    trouble = new RangeError('a mistake of ours');
    await assert.rejects(signup(undefined, form()), trouble);
  });

  test('an app\'s own sentence is the customer\'s, at its field where that is known', async (t) => {
    const message = 'Please use the address of your company.';
    for (const [field, fields] of [['email', { email: 'is not accepted' }], [undefined, {}]]) {
      const refusal = new RefusedError(message, { kind: 'refused', field, rolledBack: true });
      const provision = t.mock.method(Tenantd.prototype, 'provision', () => Promise.reject(refusal));
      assert.deepEqual(await signup(undefined, form()), { success: false, message, fields });
      provision.mock.restore();
    }
  });

  test('the steps arrive as events, whether the browser listens early or late', async () => {
    const progress = id();
    const early = follow(progress);
    assert.equal(early.response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal((await signup(undefined, form({ progress }))).success, true);
    const events = await early.events;
    const done = events.filter(({ data }) => data.state === 'done').map(({ data }) => data.step);
    assert.deepEqual(done, [1, 2, 3, 4, 5]);
    assert.deepEqual(events.at(-1), { event: 'end', data: {} });
    assert.deepEqual(
      Object.keys(events[0].data).sort(), ['of', 'seconds', 'state', 'step', 'title']);
    assert.deepEqual(await follow(progress).events, events);
  });

  test('a signup that is refused ends its stream', async () => {
    const progress = id();
    const { events } = follow(progress);
    assert.equal((await signup(undefined, form({ progress, email: '' }))).success, false);
    assert.deepEqual(await events, [{ event: 'end', data: {} }]);
  });

  test('one signup\'s steps do not reach another\'s browser', async () => {
    const [mine, other] = [id(), id()];
    const controller = new AbortController();
    const stranger = follow(other, controller.signal);
    assert.equal((await signup(undefined, form({ progress: mine }))).success, true);
    // A second signup under the same id adds nothing to what the first one told.
    const before = await follow(mine).events;
    assert.equal((await signup(undefined, form({ progress: mine }))).success, true);
    assert.deepEqual(await follow(mine).events, before);
    controller.abort();
    assert.deepEqual(await stranger.events, []);
  });

  test('a browser that goes away is followed no more, and harms no signup', async () => {
    const progress = id();
    const controller = new AbortController();
    const [gone, aborted] = [follow(progress), follow(progress, controller.signal)];
    const reader = GET(new Request(`http://localhost/?id=${progress}`)).body.getReader();
    await reader.read();
    await reader.cancel();
    controller.abort();
    assert.deepEqual(await aborted.events, []);
    assert.equal((await signup(undefined, form({ progress }))).success, true);
    assert.equal((await gone.events).at(-1).event, 'end');
  });

  test('an id that could be guessed, or none, is not found', () => {
    for (const wrong of ['', '1', 'A'.repeat(32), `${id()}0`]) {
      assert.equal(follow(wrong).response.status, 404);
    }
  });

  test('what is kept of a signup is bounded, and forgotten', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { SignupProgress } = progress;
    const kept = new SignupProgress();
    const heard = [];
    kept.follow(id(), (step) => heard.push(step));
    kept.begin(id()).end();
    const running = kept.begin(id());
    t.mock.timers.tick(60_000);
    assert.deepEqual(heard, ['end']);
    assert.equal(kept.size, 1);
    running.end();
    t.mock.timers.tick(60_000);
    assert.equal(kept.size, 0);
    for (let count = 0; count < 10_000; count += 1) kept.begin(id());
    assert.equal(kept.begin(id()), undefined);
    assert.equal(kept.follow(id(), () => {}), undefined);
  });

  test('the process and the steps are shared by modules that were loaded twice', async () => {
    await tenantd.ping();
    const load = (path) => import(`${pathToFileURL(join(folder, path))}?again`);
    const again = await load('lib/tenantd.js');
    assert.notEqual(again.tenantd, tenantd);
    await again.tenantd.ping();
    assert.equal(again.tenantd.pid, tenantd.pid);
    assert.equal((await load('lib/signup-progress.js')).signupProgress, progress.signupProgress);
  });
});
