import type { AlertMessage } from './alert-message.ts';
import { cutText } from './cut-text.ts';
import type { IncidentTold } from './incident-message.ts';

interface SlackText {
  readonly type: 'plain_text' | 'mrkdwn';
  readonly text: string;
}

type SlackBlock =
  | { readonly type: 'header'; readonly text: SlackText }
  | { readonly type: 'section'; readonly text: SlackText }
  | { readonly type: 'context'; readonly elements: readonly SlackText[] };

/** What an incoming webhook takes; `text` is what phones show in the notification. */
export interface SlackBody {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** https://docs.slack.dev/reference/block-kit/blocks/header-block */
const headerChars = 150;
/** https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
const textChars = 3000;
/** A phone shows no more of a query in a reasonable space. */
const queryChars = 1500;

/** Marks that read on a small screen: firing by severity, and all well again. */
const marks = new Map([
  ['critical', '🔴'],
  ['resolved', '🟢'],
]);

/**
 * A message in Block Kit: what strayed as the header, then the lines, the query and the links. Links are text and no
 * buttons, because a button of a webhook without an app behind it shows a warning when it is pressed.
 */
export function slackBody({ notification, lead, message }: IncidentTold): SlackBody {
  const mark = marks.get(notification.event) ?? marks.get(lead.severity) ?? '🟠';
  const title = `${mark} ${message.title}`;
  // Plain text has no mentions; without brackets nobody has to rely on it.
  const header = title.replaceAll('<', '‹').replaceAll('>', '›');
  const blocks: SlackBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: cutText(header, headerChars) } },
    ...sections(message.lines),
  ];
  if (message.query !== null) {
    const query = escaped(message.query, queryChars).replaceAll('`', "'");
    blocks.push(section(`\`\`\`${query}\`\`\``));
  }
  const links = linksOf(message);
  if (links !== '') blocks.push(section(links));
  const where = escaped(`${lead.detector} · ${lead.severity}`, 1000);
  blocks.push({
    type: 'context',
    elements: [{ type: 'mrkdwn', text: `${startText(notification.event, message.startedMs)} · ${where}` }],
  });
  return { text: escaped(title, textChars), blocks };
}

function section(text: string): SlackBlock {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

function sections(lines: readonly string[]): SlackBlock[] {
  const text = escaped(lines.join('\n').trim(), textChars);
  return text === '' ? [] : [section(text)];
}

function linksOf({ url, runbookUrl }: AlertMessage): string {
  const link = (address: string | null, name: string): readonly string[] =>
    // Angle brackets and bars end a link; in an address they are only ever escaped.
    address === null || address.length > 1000 || /[<>|]/.test(address)
      ? []
      : [`<${address.replaceAll('&', '&amp;')}|${name}>`];
  return [...link(runbookUrl, 'Runbook'), ...link(url, 'Open in strayd')].join('  ·  ');
}

/** Each reader sees the onset in his own time zone: https://docs.slack.dev/messaging/formatting-message-text/#date-formatting */
function startText(event: IncidentTold['notification']['event'], startedMs: number): string {
  const utc = new Date(startedMs).toISOString().slice(0, 19).replace('T', ' ');
  return `${event === 'resolved' ? 'began' : 'since'} <!date^${Math.floor(startedMs / 1000)}^{date_short_pretty} {time_secs}|${utc} UTC>`;
}

/** Text in which nothing is a link or a mention, at most `most` units long when escaped; cut at whole characters. */
function escaped(text: string, most: number): string {
  const escape = (part: string): string =>
    part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  let kept = cutText(text, most);
  for (let over = escape(kept).length - most; over > 0; over = escape(kept).length - most) {
    kept = cutText(kept, Math.max(1, kept.length - Math.ceil(over / 5)));
  }
  return escape(kept);
}
