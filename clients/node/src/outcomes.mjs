// What a caller is told when a call ends without an answer of tenantd's.

import { failure } from './failures.mjs';

/** Bytes that a message may have; tenantd skips a longer one. */
const maximumMessage = 1024 * 1024;

export function takenBack(method, cause) {
  return failure('cancelled', `“${method}” was cancelled before it was sent.`, {
    rolledBack: true,
  }, { cause });
}

export function isTooLong(line) {
  return line.length * 3 > maximumMessage && Buffer.byteLength(line) > maximumMessage;
}

export function tooLong(method) {
  return failure('line_too_long', `The parameters of “${method}” have more than 1 MiB.`);
}

/** An end before the greeting is a start that failed, whatever else it is. */
export function startFailure(error) {
  if (error.kind !== 'process_ended') return error;
  return failure('start_failed', error.message.replace('tenantd ended', 'tenantd did not start: it ended'), {
    ...error.data, advice: 'Correct what the message names; `tenantd doctor` says more.',
  });
}

export function endedUnder(call, error) {
  const kind = error.kind === 'process_ended' ? 'process_ended' : error.kind;
  if (call.isRepeatable) {
    return failure(kind, `${error.message} It was so each time that “${call.method}” was tried.`, {
      ...error.data, advice: 'The log on standard error has the details.',
    });
  }
  return failure(kind, `${error.message} “${call.method}” was in flight: whether it was done is not known.`, {
    ...error.data,
    advice: 'What was half made is undone by the next start. Ask `status` with the site, or send an'
      + ' `idempotencyKey`, so that the call is repeated.',
  });
}
