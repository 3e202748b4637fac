import { z } from 'zod';

const named = (text: string, example: string) => z.string().meta({ description: text, examples: [example] });

/** What stands in paths, with an example of each. */
export const pathParameters = {
  alert: z.object({ id: named('Of the alert.', '5e0c2f6b9a417d38') }),
  incident: z.object({ id: named('Of the incident.', '90c1d4e25b6f7a83') }),
  window: z.object({ id: named('Of the mute or maintenance.', '7d3a9be1c05f2468') }),
  version: z.object({ version: named('Of the model.', 'a1b2c3d4e5f6') }),
  detector: z.object({ name: named('Of the detector.', 'hosts') }),
  channel: z.object({ name: named('Of the channel.', 'am') }),
  entity: z.object({
    detector: named('Name of the detector.', 'hosts'),
    entity: named('The entity; a `/` in it is `%2F`.', 'web-1'),
  }),
};
