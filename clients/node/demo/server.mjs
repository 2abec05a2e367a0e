// The demo: a signup page and an operator's page over tenantd, on loopback. `--help` says more.

import { createServer } from 'node:http';
import { Tenantd, TenantdError } from '../src/index.mjs';
import { Activity } from './server/activity.mjs';
import { Board } from './server/board.mjs';
import { sendFile } from './server/files.mjs';
import { Refusal, checkOrigin, protect, sendJSON } from './server/http.mjs';
import { OptionsError, readOptions, usage } from './server/options.mjs';
import { Receipts } from './server/receipts.mjs';
import { Signups } from './server/signups.mjs';

/** Milliseconds in which a request must have arrived whole. */
const arrival = 10_000;

function serve({ port, suffix, sandbox, client }) {
  const tenantd = new Tenantd(client);
  const activity = new Activity();
  const bench = sandbox ? 'sandbox' : 'bench';
  const board = new Board({ tenantd, activity, bench });
  const signups = new Signups({
    tenantd, activity, receipts: new Receipts(), onChange: () => board.changed(),
  });
  const routes = new Map([
    ['GET /api/about', (_, response) => sendJSON(response, 200, { bench, suffix })],
    ['GET /api/operator', (request, response) => board.watch(request, response)],
    ['POST /api/signup', (request, response) => signups.create(request, response)],
    ['POST /signup', (request, response) => signups.submit(request, response)],
    ['POST /api/signup/cancel', (request, response) => signups.cancel(request, response)],
    ['POST /api/keys', (request, response) => signups.keys(request, response)],
  ]);

  const server = createServer({ requestTimeout: arrival }, (request, response) => {
    protect(response);
    answer(request, response).catch((error) => refuse(response, error));
  });

  async function answer(request, response) {
    checkOrigin(request, server.address().port);
    const [path] = request.url.split('?', 1);
    const route = routes.get(`${request.method} ${path}`);
    if (route !== undefined) return route(request, response);
    const isHead = request.method === 'HEAD';
    if (request.method !== 'GET' && !isHead) {
      throw new Refusal(405, 'Pages can be asked for, and nothing else.');
    }
    if (await sendFile(response, path, isHead)) return undefined;
    throw new Refusal(404, 'There is no such page.');
  }

  let isEnding = false;
  async function end() {
    if (isEnding) return;
    isEnding = true;
    board.close();
    server.close();
    // A signup whose browser is cut off is taken back; `close` waits until that is done.
    server.closeAllConnections();
    await tenantd.close();
  }

  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  server.on('error', (error) => {
    const isTaken = error.code === 'EADDRINUSE';
    fail(isTaken ? `Port ${port} is in use: set PORT, 0 for a free one.` : error.message);
  });
  server.on('listening', () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    console.log(`Signup    ${url}/\nOperator  ${url}/operator`);
    console.log(
      sandbox ? 'The bench is a sandbox: no Docker, no Frappe.' : 'The bench is a real one.');
  });
  return { tenantd, listen: () => server.listen(port, '127.0.0.1') };
}

/** The message of any other error may hold what nobody should see, so it is not sent. */
function refuse(response, error) {
  const isRefusal = error instanceof Refusal;
  if (!isRefusal && !response.destroyed) console.error(error);
  if (response.headersSent || response.destroyed) return response.destroy();
  response.setHeader('Connection', 'close');
  const message = isRefusal ? error.message : 'The server made a mistake.';
  return sendJSON(response, isRefusal ? error.status : 500, { message });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(usage);
  } else {
    const { tenantd, listen } = serve(options);
    // What is wrong with the program or a setting is told now, and not to the first customer.
    await tenantd.ping();
    listen();
  }
} catch (error) {
  if (error instanceof OptionsError) fail(error.message);
  if (error instanceof TenantdError) fail([error.message, error.advice].filter(Boolean).join('\n'));
  throw error;
}
