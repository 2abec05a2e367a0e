// Who gets the log of a process that clients share: each of them, for as long as it is there.

export class Followers {
  #all = new Set();

  /**
   * It is held weakly: a client that nobody has any more, as after a hot reload, hears nothing.
   *
   * @param {{ log: (line: string) => void }} follower
   */
  add(follower) {
    this.#all.add(new WeakRef(follower));
  }

  remove(follower) {
    for (const reference of this.#all) {
      if (reference.deref() === follower) this.#all.delete(reference);
    }
  }

  /** Tells a line to all; once where several have the same function, such as standard error's. */
  tell(line) {
    const logs = new Set();
    for (const reference of this.#all) {
      const log = reference.deref()?.log;
      if (log === undefined) this.#all.delete(reference);
      else logs.add(log);
    }
    for (const log of logs) log(line);
  }
}
