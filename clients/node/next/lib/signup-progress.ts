// The steps of the signups that run now, by the id that the browser made for each try: 128 random
// bits, so that nobody can follow a signup that is not theirs. Nothing else is kept here.

import type { Step } from './signup-form';

type Listener = (step: Step | 'end') => void;

interface Channel {
  /** `expected` by a browser that listens already, `running`, or `over`. */
  state: 'expected' | 'running' | 'over';
  steps: Step[];
  listeners: Set<Listener>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Milliseconds that a listener waits for its signup, and that a finished one is remembered. */
const patience = 60_000;
/** How many signups are kept at most. */
const capacity = 10_000;

/** Whether it can be the id of a signup's try. */
export function isProgressID(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{32}$/.test(text);
}

export class SignupProgress {
  #channels = new Map<string, Channel>();

  get size(): number {
    return this.#channels.size;
  }

  /**
   * A signup begins. Returns what tells its steps; nothing when the id is no id, or another signup
   * has it already.
   */
  begin(id: unknown): { tell: (step: Step) => void; end: () => void } | undefined {
    if (!isProgressID(id)) return undefined;
    const channel = this.#channel(id);
    if (channel === undefined || channel.state !== 'expected') return undefined;
    clearTimeout(channel.timer);
    channel.timer = undefined;
    channel.state = 'running';
    return {
      tell: (step) => {
        channel.steps.push(step);
        for (const listener of channel.listeners) listener(step);
      },
      end: () => {
        channel.state = 'over';
        for (const listener of channel.listeners) listener('end');
        this.#forgetLater(id, channel);
      },
    };
  }

  /**
   * Tells the steps so far at once and the others as they come, then `end`.
   *
   * @returns what stops it; nothing when too many signups are kept
   */
  follow(id: string, listener: Listener): (() => void) | undefined {
    const channel = this.#channel(id);
    if (channel === undefined) return undefined;
    for (const step of channel.steps) listener(step);
    if (channel.state === 'over') listener('end');
    else channel.listeners.add(listener);
    return () => {
      channel.listeners.delete(listener);
    };
  }

  #channel(id: string): Channel | undefined {
    const known = this.#channels.get(id);
    if (known !== undefined || this.#channels.size >= capacity) return known;
    const channel: Channel = {
      state: 'expected', steps: [], listeners: new Set(), timer: undefined,
    };
    this.#channels.set(id, channel);
    this.#forgetLater(id, channel);
    return channel;
  }

  #forgetLater(id: string, channel: Channel): void {
    channel.timer = setTimeout(() => {
      this.#channels.delete(id);
      if (channel.state === 'expected') for (const listener of channel.listeners) listener('end');
    }, patience);
    // In Node a timer is an object, and this one keeps no server from ending.
    (channel.timer as { unref?: () => void }).unref?.();
  }
}

/** The action and the route are bundled apart; what they share is `globalThis`. */
const shared = globalThis as { [key: symbol]: unknown };
const key = Symbol.for('signup.progress');

export const signupProgress = (shared[key] ??= new SignupProgress()) as SignupProgress;
