// The keys of a finished workspace: the server is asked for them when they are revealed or copied.

import { ask } from './stream.js';

const labels = { apiKey: 'API key', apiSecret: 'API secret', password: 'Password' };
const mask = '••••••••••••••••';

export class Keys {
  #group;
  #say;
  #receipt;
  #asked;
  #isRevealed = false;

  /**
   * @param {HTMLElement} group
   * @param {(sentence: string) => void} say tells a screen reader
   */
  constructor(group, say) {
    this.#group = group;
    this.#say = say;
    this.#reveal.addEventListener('click', () => this.#toggle());
  }

  /** Shows the keys of one workspace, masked. */
  offer(receipt, hasPassword) {
    this.#receipt = receipt;
    this.#asked = undefined;
    this.#tell('');
    const names = Object.keys(labels).filter((name) => name !== 'password' || hasPassword);
    this.#list.replaceChildren(...names.map((name) => this.#row(name)));
    this.#mask();
  }

  /** Leaves nothing of them in the page. */
  forget() {
    this.#asked = undefined;
    this.#list.replaceChildren();
  }

  get #reveal() {
    return this.#group.querySelector('#reveal');
  }

  get #list() {
    return this.#group.querySelector('#secret-list');
  }

  /** Asked once: a second click has the same answer. */
  #keys() {
    this.#asked ??= ask('/api/keys', { receipt: this.#receipt });
    this.#asked.catch(() => (this.#asked = undefined));
    return this.#asked;
  }

  async #toggle() {
    if (this.#isRevealed) {
      this.#mask();
      this.#say('Keys hidden.');
      return;
    }
    const keys = await this.#keys().catch((error) => this.#tell(error.message));
    if (keys === undefined) return;
    this.#isRevealed = true;
    this.#reveal.firstChild.textContent = 'Hide';
    for (const value of this.#list.querySelectorAll('code')) {
      value.textContent = keys[value.dataset.name];
    }
    this.#say('Keys revealed.');
  }

  async #copy(name, word) {
    try {
      // The promise goes into the clipboard's hands, so that it all belongs to the user's click.
      const text = this.#keys().then((keys) => new Blob([keys[name]], { type: 'text/plain' }));
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text })]);
    } catch {
      const reason = await this.#keys().then(() => undefined, (error) => error.message);
      this.#tell(reason ?? 'The browser does not let this page copy: reveal the keys instead.');
      return;
    }
    this.#tell('');
    this.#say(`${labels[name]} copied.`);
    word.textContent = 'Copied';
  }

  #mask() {
    this.#isRevealed = false;
    this.#reveal.firstChild.textContent = 'Reveal';
    for (const value of this.#list.querySelectorAll('code')) value.textContent = mask;
  }

  #tell(sentence) {
    this.#group.querySelector('#secrets-fault').textContent = sentence;
  }

  #row(name) {
    const row = document.createElement('li');
    row.className = 'secret';
    row.append(element('span', 'label', labels[name]), element('code', '', mask));
    row.lastChild.dataset.name = name;
    const button = element('button', 'button small', '');
    button.type = 'button';
    button.append(element('span', '', 'Copy'), element('span', 'unseen', ` ${labels[name]}`));
    button.addEventListener('click', () => void this.#copy(name, button.firstChild));
    button.addEventListener('blur', () => (button.firstChild.textContent = 'Copy'));
    row.append(button);
    return row;
  }
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
