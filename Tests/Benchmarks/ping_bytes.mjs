// Yardstick: what a Node developer writes when it must be fast. Splits chunks at the byte 10, and
// writes the replies to all lines of a chunk at once.
let rest = Buffer.alloc(0);

function answer(line) {
  let request;
  try {
    request = JSON.parse(line);
  } catch {
    request = { id: null };
  }
  return JSON.stringify(request.method === 'ping'
    ? { jsonrpc: '2.0', id: request.id, result: 'pong' }
    : { jsonrpc: '2.0', id: request.id, error: { code: -32601, message: 'Method not found' } });
}

process.stdin.on('data', (chunk) => {
  const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  let start = 0;
  let out = '';
  for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, start)) {
    out += answer(data.toString('utf8', start, end)) + '\n';
    start = end + 1;
  }
  rest = data.subarray(start);
  if (out !== '') process.stdout.write(out);
});
