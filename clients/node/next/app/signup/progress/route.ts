// `GET /signup/progress?id=…`: the steps of one signup as server-sent events, `step` and then `end`.

import type { Step } from '../../../lib/signup-form';
import { isProgressID, signupProgress } from '../../../lib/signup-progress';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Milliseconds; proxies end a connection that is silent for long. */
const heartbeat = 15_000;

export function GET(request: Request): Response {
  const id = new URL(request.url).searchParams.get('id');
  if (!isProgressID(id)) return new Response('There is no such signup.\n', { status: 404 });
  const bytes = new TextEncoder();
  let forget = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let isOpen = true;
      const send = (text: string): void => {
        if (isOpen) controller.enqueue(bytes.encode(text));
      };
      let unfollow: (() => void) | undefined;
      const beat = setInterval(() => send(':\n\n'), heartbeat);
      forget = () => {
        isOpen = false;
        clearInterval(beat);
        unfollow?.();
        request.signal.removeEventListener('abort', stop);
      };
      const stop = (): void => {
        if (!isOpen) return;
        forget();
        controller.close();
      };
      // The headers go out with the first bytes.
      send(':\n\n');
      unfollow = signupProgress.follow(id, (step: Step | 'end') => {
        if (step !== 'end') return send(`event: step\ndata: ${JSON.stringify(step)}\n\n`);
        send('event: end\ndata: {}\n\n');
        stop();
      });
      if (unfollow === undefined) stop();
      else if (!isOpen) unfollow();
      request.signal.addEventListener('abort', stop);
      if (request.signal.aborted) stop();
    },
    cancel() {
      forget();
    },
  });
  return new Response(body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    },
  });
}
