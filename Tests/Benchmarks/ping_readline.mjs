// Yardstick: what a Node developer writes first. Lines by readline, one write for each reply.
import { createInterface } from 'node:readline';

createInterface({ input: process.stdin }).on('line', (line) => {
  let request;
  try {
    request = JSON.parse(line);
  } catch {
    request = { id: null };
  }
  const reply = request.method === 'ping'
    ? { jsonrpc: '2.0', id: request.id, result: 'pong' }
    : { jsonrpc: '2.0', id: request.id, error: { code: -32601, message: 'Method not found' } };
  process.stdout.write(JSON.stringify(reply) + '\n');
});
