// The five steps as a list whose marks tick, with the seconds of the one that runs.

import { seconds } from './words.js';

const titles = [
  'Create site', 'Install app', 'Create owner', 'Apply plan settings', 'Issue API keys',
];

/** Milliseconds between two looks at the clock. */
const tick = 100;

const icons = ['check', 'cross', 'undo', 'clock'];

export class Steps {
  #list;
  #say;
  #timer;
  #running;

  /**
   * @param {HTMLOListElement} list
   * @param {(sentence: string) => void} say tells a screen reader
   */
  constructor(list, say) {
    this.#list = list;
    this.#say = say;
    list.append(...titles.map(item));
    this.reset();
  }

  reset() {
    this.#stop();
    for (const [index, entry] of [...this.#list.children].entries()) {
      this.#set(entry, 'waiting', '', 'not begun');
      entry.querySelector('.title').textContent = titles[index];
    }
  }

  /** Moves the list into a panel. */
  showIn(panel) {
    panel.querySelector('[data-slot="steps"]').append(this.#list);
  }

  /**
   * @param {{ step: number, of: number, title: string, state: string, seconds: number }} progress
   */
  show({ step, of, title, state, seconds: taken }) {
    const entry = this.#list.children[step - 1];
    if (entry === undefined) return;
    entry.querySelector('.title').textContent = title;
    if (state === 'restarted') {
      this.#stop();
      for (const begun of this.#list.children) this.#set(begun, 'waiting', '', '');
      this.#say('The server was away for a moment. It starts again.');
    } else if (state === 'done') {
      this.#stop();
      this.#set(entry, 'done', seconds(taken), 'done');
      this.#say(`Step ${step} of ${of}, ${title}: done.`);
    } else if (this.#running !== entry) {
      this.#stop();
      this.#run(entry, taken);
    }
  }

  /** Says what has become of each step of a signup that failed. */
  fail({ step, kind, rolledBack }) {
    this.#stop();
    for (const [index, entry] of [...this.#list.children].entries()) {
      const { state } = entry.dataset;
      const isLast = index + 1 === step?.number;
      if (isLast && kind !== 'cancelled') this.#end(entry, 'failed', 'failed');
      else if (isLast) this.#end(entry, 'undone', 'cancelled');
      else if (state === 'waiting') continue;
      else if (rolledBack) this.#end(entry, 'undone', 'undone');
      else if (rolledBack === false) this.#end(entry, 'left', 'not undone yet');
      else this.#end(entry, 'left', 'not known');
    }
  }

  #run(entry, taken) {
    const start = performance.now() - taken * 1000;
    this.#running = entry;
    const look = () => {
      const now = (performance.now() - start) / 1000;
      entry.querySelector('time').textContent = `${now.toFixed(1)} s`;
    };
    this.#set(entry, 'started', '', 'under way');
    look();
    this.#timer = setInterval(look, tick);
  }

  #stop() {
    clearInterval(this.#timer);
    this.#running = undefined;
  }

  #end(entry, state, word) {
    this.#set(entry, state, word, word);
  }

  #set(entry, state, time, words) {
    entry.dataset.state = state;
    entry.querySelector('time').textContent = time;
    entry.querySelector('.unseen').textContent = time === words ? '' : `, ${words}`;
    if (state === 'started') entry.setAttribute('aria-current', 'step');
    else entry.removeAttribute('aria-current');
  }
}

function item() {
  const entry = document.createElement('li');
  const mark = document.createElement('span');
  mark.className = 'mark';
  mark.setAttribute('aria-hidden', 'true');
  mark.append(...icons.map(icon));
  const words = document.createElement('span');
  const title = document.createElement('span');
  title.className = 'title';
  const state = document.createElement('span');
  state.className = 'unseen';
  words.append(title, state);
  entry.append(mark, words, document.createElement('time'));
  return entry;
}

function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', `icon ${name}`);
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#${name}`);
  svg.append(use);
  return svg;
}
