import type { Report } from './telemetry.ts';

/** Tells of failing templates: each fault of a channel once in a row, so that a storm of alerts is no storm of lines. */
export function templateNotices(report: Report): (channel: string, fault: string) => void {
  const told = new Map<string, string>();
  return (channel, fault) => {
    if (told.get(channel) === fault) return;
    told.set(channel, fault);
    const message = `Channel ${channel}: its template failed, so strayd's own words go out: ${fault}.`;
    report({ event: 'template_failed', level: 'warn', message, fields: { channel } });
  };
}
