// One listener a signal, however many calls it belongs to: a web server has one signal for its own
// shutdown, and Node warns of a leak at the eleventh listener.

/** @type {WeakMap<AbortSignal, Map<object, () => void>>} what each signal ends */
const waiting = new WeakMap();

/**
 * Does something when the signal is aborted.
 *
 * @param {AbortSignal} signal
 * @param {object} key for `forget`
 * @param {() => void} action
 */
export function whenAborted(signal, key, action) {
  let actions = waiting.get(signal);
  if (actions === undefined) {
    actions = new Map();
    waiting.set(signal, actions);
    signal.addEventListener('abort', () => {
      waiting.delete(signal);
      for (const action of [...actions.values()]) action();
    }, { once: true });
  }
  actions.set(key, action);
}

/** Takes an action back; one that is not there changes nothing. */
export function forget(signal, key) {
  waiting.get(signal)?.delete(key);
}
