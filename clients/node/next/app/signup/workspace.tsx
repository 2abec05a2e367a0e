// The finished workspace, with its keys when they were asked for.

import type { SignupSuccess } from '../../lib/signup-form';

export function Workspace({ message, data }: { message: string; data: SignupSuccess['data'] }) {
  const { site, url, apiKey, apiSecret } = data;
  return (
    <section role="status">
      <h2>{message}</h2>
      <p><a href={url}>{site}</a></p>
      {apiKey !== undefined && apiSecret !== undefined && (
        <dl>
          <dt>API key</dt>
          <dd><code>{apiKey}</code></dd>
          <dt>API secret</dt>
          <dd><code>{apiSecret}</code></dd>
          <dt>Keep them now</dt>
          <dd>They are not shown again.</dd>
        </dl>
      )}
    </section>
  );
}
