import type { Findings } from './findings.ts';
import type { ConfigPath } from './problem.ts';
import type { ParsedConfig } from './schema.ts';

/** What a log-in at `path` needs, and what its mechanism does not take. */
export function checkSasl(
  sasl: NonNullable<ParsedConfig['kafka']['sasl']>,
  path: ConfigPath,
  findings: Findings,
): void {
  const hasPassword = sasl.password !== undefined || sasl.password_file !== undefined;
  const hasToken = sasl.token !== undefined || sasl.token_file !== undefined;
  if (sasl.mechanism === 'oauthbearer') {
    if (!hasToken)
      findings.error(path, '"token" is missing; write it, or name a file with it in "token_file"');
    if (sasl.username !== undefined || hasPassword) {
      findings.error(
        path,
        'oauthbearer takes a token, no user and no password; remove them, or choose another mechanism',
      );
    }
    return;
  }
  if (sasl.username === undefined) findings.error(path, '"username" is missing: user name, such as "strayd"');
  if (!hasPassword) {
    findings.error(path, '"password" is missing; write it, or name a file with it in "password_file"');
  }
  if (hasToken)
    findings.error(path, `${sasl.mechanism} takes no token; remove it, or choose mechanism oauthbearer`);
}
