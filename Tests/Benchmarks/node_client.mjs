// Measures the Node client beside its own raw pipe, in turns. Prints JSON, in seconds.
//
//   node node_client.mjs BINARY SANDBOX ROUNDS
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Tenantd } from '../../clients/node/src/index.mjs';

const [binary, sandbox, rounds] = process.argv.slice(2);
const batch = 1000;
const inFlight = 10_000;
const now = () => Number(process.hrtime.bigint()) / 1e9;

async function measure(call) {
  const samples = [];
  for (let i = 0; i < batch; i += 1) {
    const start = now();
    await call();
    samples.push(now() - start);
  }
  return samples;
}

const child = spawn(binary, [`--sandbox=${sandbox}`, '--pool', '0'], {
  stdio: ['pipe', 'pipe', 'ignore'],
});
let answered;
child.stdout.on('data', (chunk) => {
  if (chunk[chunk.length - 1] === 10) answered();
});
const raw = () => new Promise((resolve) => {
  answered = resolve;
  child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
});
const client = new Tenantd({ binary, sandbox, args: ['--pool', '0'], log: false });
const ping = () => client.ping();

const result = { raw: [], client: [], inFlight: [] };
await measure(raw);
await measure(ping);
for (let round = 0; round < Number(rounds); round += 1) {
  result.raw.push(...await measure(raw));
  result.client.push(...await measure(ping));
  const start = now();
  const replies = await Promise.all(Array.from({ length: inFlight }, ping));
  result.inFlight.push({
    seconds: now() - start,
    answered: replies.filter((reply) => reply === 'pong').length,
  });
}
await client.close();
child.stdin.end();
await once(child, 'close');
console.log(JSON.stringify(result));
