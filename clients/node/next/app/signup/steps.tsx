// The five steps, ticked as they are done.

import type { Step } from '../../lib/signup-form';

const titles = [
  'Create site', 'Install app', 'Create owner', 'Apply plan settings', 'Issue API keys',
];

export function Steps({ steps }: { steps: Step[] }) {
  return (
    <ol aria-live="polite">
      {titles.map((title, index) => {
        const step = steps.find((step) => step.step === index + 1);
        return (
          <li key={title} aria-current={step?.state === 'started' ? 'step' : undefined}>
            <span aria-hidden>{mark(step)}</span> {title} {step?.state === 'done' && seconds(step)}
          </li>
        );
      })}
    </ol>
  );
}

function mark(step: Step | undefined): string {
  if (step === undefined) return '○';
  return step.state === 'done' ? '✓' : '…';
}

function seconds(step: Step): string {
  return `done in ${step.seconds.toFixed(2)} s`;
}
