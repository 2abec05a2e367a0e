// Asks the server: with a JSON body, for a JSON answer or for a stream of events.

/** An answer that says no, or none at all: a sentence. */
export class Trouble extends Error {}

async function post(path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body), signal,
    });
  } catch (error) {
    throw new Trouble('The server does not answer.', { cause: error });
  }
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw new Trouble(message ?? `The server answered with ${response.status}.`);
}

/** @returns {Promise<object>} */
export async function ask(path, body) {
  return (await post(path, body)).json();
}

/**
 * Posts, and yields the events of the answer as they come.
 *
 * @returns {AsyncGenerator<{ event: string, data: object }>}
 */
export async function* follow(path, body, signal) {
  const response = await post(path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (true) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      throw new Trouble('The connection to the server was lost.', { cause: error });
    }
    if (piece.done) return;
    text += piece.value;
    let end;
    while ((end = text.indexOf('\n\n')) !== -1) {
      const event = parsed(text.slice(0, end));
      text = text.slice(end + 2);
      if (event !== undefined) yield event;
    }
  }
}

/** One event's lines; nothing for a comment. */
function parsed(block) {
  const [, event] = /^event: (.*)$/m.exec(block) ?? [];
  const [, data] = /^data: (.*)$/m.exec(block) ?? [];
  return event === undefined || data === undefined ? undefined : { event, data: JSON.parse(data) };
}
