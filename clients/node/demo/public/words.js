// What is said to a customer: seconds, faults of fields, and why there is no workspace.

/** As a person reads it: `0.02 s`, `1.4 s`, `12 s`. */
export function seconds(value) {
  if (value < 0.01) return '< 0.01 s';
  if (value < 1) return `${value.toFixed(2)} s`;
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`;
}

const names = {
  organizationName: 'The organisation',
  fullName: 'The full name',
  email: 'The e-mail address',
  password: 'The password',
  subdomain: 'The address',
};

/**
 * A fault as tenantd words it, for whoever filled the form in: it has no subject, and names
 * parameters as a program knows them.
 */
export function fault({ field, reason }) {
  const plain = reason.replace('; give `subdomain` as well', ': choose an address below');
  return `${names[field]} ${plain}.`;
}

/** The faults by field that a failure stands for; nothing when it is no matter of the form. */
export function faultsOf(failure) {
  switch (failure.kind) {
    case 'invalid_params': {
      const known = failure.fields.filter(({ field }) => Object.hasOwn(names, field));
      return known.length === 0 ? undefined : known.map((each) => [each.field, fault(each)]);
    }
    case 'site_exists':
      return [['subdomain', `${failure.site} is taken. ${another(failure.suggestions)}`]];
    case 'email_in_use':
      return [['email', 'This e-mail address has a workspace already. Use another one.']];
    // An app's own sentence stands at the field that it is about, or else at the address.
    case 'refused':
      return [[Object.hasOwn(names, failure.field) ? failure.field : 'email', failure.message]];
    default:
      return undefined;
  }
}

function another(suggestions = []) {
  if (suggestions.length === 0) return 'Choose another address.';
  return `Choose another address, such as ${suggestions.join(' or ')}.`;
}

const away = 'The service that makes workspaces cannot be reached right now.';

const reasons = {
  cancelled: 'You took it back before it was done.',
  connection_lost: 'The connection to this page’s server was lost.',
  timeout: 'It took longer than it should.',
  queue_full: 'Many people are signing up at this moment. Try again in a minute.',
  shutting_down: 'The service is being restarted. Try again in a minute.',
  docker_unavailable: away,
  service_not_found: away,
  bench_unreachable: away,
  database_unavailable: away,
  database_denied: away,
  database_unsupported: away,
  bench_unproven: away,
  process_ended: away,
  not_responding: away,
};

/** @returns {{ title: string, lead: string, undone: string, isUndone: boolean }} */
export function outcome(failure) {
  const step = failure.step === undefined ? 'A step' : `The step “${failure.step.title}”`;
  return {
    title: failure.kind === 'cancelled' ? 'Signup cancelled' : 'Your workspace was not created',
    lead: reasons[failure.kind] ?? `${step} did not work.`,
    undone: undone(failure),
    isUndone: failure.rolledBack === true,
  };
}

function undone({ rolledBack, step, site }) {
  if (rolledBack === undefined) {
    return 'What had begun is undone by the service itself. Try again in a minute.';
  }
  if (!rolledBack) {
    return 'Something of it is left for now. The service cleans it up by itself.';
  }
  if (step === undefined) return 'Nothing had been created yet.';
  const free = site === undefined ? '' : `, and ${site} is free again`;
  return `Everything that had begun was undone: nothing is left${free}.`;
}
