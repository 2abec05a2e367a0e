// The form's fields: simple rules before the server is asked, and faults beside the field they are
// about. tenantd has the last word on every value.

import { fault } from './words.js';

const names = ['organizationName', 'fullName', 'email', 'password', 'subdomain'];

/** What an organisation's name gives is faulty, or taken, together with the address. */
const related = { organizationName: 'subdomain', subdomain: 'organizationName' };

const rules = {
  email: (value) => (/^[^\s@]+@\S+$/.test(value) ? undefined : 'must look like name@example.com'),
  subdomain: (value) =>
    /^[a-z0-9-]*$/.test(value) ? undefined : 'may hold only letters a to z, digits and hyphens',
};

export class Fields {
  #form;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    for (const name of names) {
      const input = this.#input(name);
      input.addEventListener('input', () => {
        this.#show(name, '');
        if (Object.hasOwn(related, name)) this.#show(related[name], '');
      });
      input.addEventListener('change', () => this.#tidy(input));
    }
  }

  get values() {
    return Object.fromEntries(names.map((name) => [name, this.#input(name).value]));
  }

  /** Whether what is filled in can be sent. The first field that cannot has the focus. */
  check() {
    const faults = names.map((name) => [name, this.#fault(name)]);
    this.tell(faults.filter(([, text]) => text !== ''));
    return faults.every(([, text]) => text === '');
  }

  /** @param {[string, string][]} faults by field; all others are good */
  tell(faults) {
    for (const name of names) this.#show(name, '');
    for (const [name, text] of faults) this.#show(name, text);
    const first = names.find((name) => faults.some(([other]) => other === name));
    if (first !== undefined) this.#input(first).focus();
  }

  #input(name) {
    return this.#form.elements.namedItem(name);
  }

  #tidy(input) {
    if (input.name === 'subdomain') input.value = input.value.trim().toLowerCase();
    // An empty field is complained about when the form is sent, not on the way through.
    if (input.value !== '') this.#show(input.name, this.#fault(input.name));
  }

  #fault(name) {
    const input = this.#input(name);
    const isEmpty = input.value.trim() === '';
    if (isEmpty && input.required) return fault({ field: name, reason: 'is required' });
    const reason = isEmpty ? undefined : rules[name]?.(input.value.trim());
    return reason === undefined ? '' : fault({ field: name, reason });
  }

  #show(name, text) {
    document.getElementById(`${name}-fault`).textContent = text;
    if (text === '') this.#input(name).removeAttribute('aria-invalid');
    else this.#input(name).setAttribute('aria-invalid', 'true');
  }
}
