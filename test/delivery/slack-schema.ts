import { z } from 'zod';

/**
 * What Slack documents of a message with the blocks that strayd uses:
 * https://docs.slack.dev/reference/block-kit/blocks/header-block, …/section-block, …/context-block,
 * …/composition-objects/text-object (1 to 3000 characters) and https://docs.slack.dev/reference/block-kit/blocks
 * (at most 50 in a message). `text` beside blocks is for notifications; Slack cuts it at 40 000 characters and asks for at most 4000:
 * https://docs.slack.dev/changelog/2018-truncating-really-long-messages
 */
const plainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most) });
const mrkdwn = z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3000) });

const header = z.strictObject({ type: z.literal('header'), text: plainText(150) });
const section = z.strictObject({ type: z.literal('section'), text: mrkdwn });
const context = z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn).min(1).max(10) });

export const slackMessageSchema = z.strictObject({
  text: z.string().min(1).max(4000),
  blocks: z
    .array(z.discriminatedUnion('type', [header, section, context]))
    .min(1)
    .max(50),
});
