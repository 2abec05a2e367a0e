// Cuts a byte stream into lines. The byte 0x0A ends one and nothing else does: not the end of a
// chunk, and no character that some readers take for the end of a line.

/** The pieces of the line that is under way, and the lines that each chunk completes. */
export class LineSplitter {
  #pieces = [];
  #length = 0;
  #maximum;

  /** @param {number} [maximum] bytes that a line may have; a longer one throws */
  constructor(maximum = 256 * 1024 * 1024) {
    this.#maximum = maximum;
  }

  /**
   * @param {Buffer} chunk
   * @returns {string[]} the lines that are whole now, without their ends; empty ones are left out
   * @throws {RangeError} when a line has more bytes than it may
   */
  push(chunk) {
    const lines = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = this.#finish(chunk, start, end);
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#length += chunk.length - start;
      if (this.#length > this.#maximum) {
        throw new RangeError(`a line has more than ${this.#maximum} bytes`);
      }
      this.#pieces.push(start === 0 ? chunk : chunk.subarray(start));
    }
    return lines;
  }

  // Characters are decoded from the whole line, so that none is torn by a chunk's end.
  #finish(chunk, start, end) {
    let bytes = chunk;
    if (this.#pieces.length > 0) {
      this.#pieces.push(chunk.subarray(start, end));
      bytes = Buffer.concat(this.#pieces);
      this.#pieces = [];
      this.#length = 0;
      start = 0;
      end = bytes.length;
    }
    if (end > start && bytes[end - 1] === 13) end -= 1;
    return bytes.toString('utf8', start, end);
  }
}
