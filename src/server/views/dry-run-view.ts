import { z } from 'zod';
import { listOf, request, unixMs, view } from './view.ts';

/** Under the bound of a body, with room for what JSON escapes. */
const MOST_CHARACTERS = 50_000;

/** An edited `detectors` section. */
export const dryRunRequest = request(
  'DryRunRequest',
  'An edited `detectors` section; GET /api/v1/config/detectors gives the running one.',
  { yaml: z.string().max(MOST_CHARACTERS) },
  {
    yaml: 'detectors:\n  - name: hosts\n    entity: [instance]\n    features: [{metric: up}]\n',
  },
);

const dryRunSide = view('DryRunSide', 'What came of the day with one of the two configurations.', {
  budget: z.string().describe('In words, as `5 per week`.'),
  alerts: z.int().describe('Alerts that fired.'),
  incidents: z
    .int()
    .describe('Messages to people that these would have been, after grouping, mutes and maintenance.'),
  budgetUsed: z.number().describe('Those ÷ what the budget allows for the time that was played.'),
});

export type DryRunSide = z.infer<typeof dryRunSide>;

const dryRunAlert = view('DryRunAlert', 'One alert of either side, or of both.', {
  change: z.enum(['gained', 'lost', 'kept']),
  entity: z.string(),
  kind: z.string(),
  fromMs: unixMs,
  toMs: unixMs,
  score: z.number(),
  feature: z.string().nullable().describe('The leading one.'),
});

export type DryRunAlert = z.infer<typeof dryRunAlert>;

const untriedChange = view('UntriedChange', 'A change that could not be tried, and why.', {
  key: z.string().describe('As in the file: `step`, `features.cpu.aggregate`.'),
  reason: z.string(),
});

export type UntriedChange = z.infer<typeof untriedChange>;

const played = z
  .object({
    fromMs: unixMs,
    toMs: unixMs,
    entities: z
      .int()
      .describe('So many of the detector’s were played: fewer than all where they would have been too much.'),
    entitiesOfAll: z.int(),
    steps: z.int(),
    onRecord: z
      .int()
      .describe(
        'Alerts on record that fired in this time, without absences and flatlines, which are not played.',
      ),
    then: dryRunSide,
    now: dryRunSide,
    alerts: listOf(dryRunAlert).describe('Gained and lost ones first; at most 200.'),
    more: z.int(),
    trained: z
      .string()
      .nullable()
      .describe('What is to be said of a model that was trained for it, since the running one does not fit.'),
  })
  .readonly();

const detectorDryRun = view('DetectorDryRun', 'What an edited detector would have done.', {
  detector: z.string(),
  tried: listOf(z.string()).describe('Changed keys that the comparison shows.'),
  untried: listOf(untriedChange),
  notPlayed: z.string().nullable().describe('Why nothing was played, `null` if it was.'),
  played: played.nullable(),
});

export type DetectorDryRun = z.infer<typeof detectorDryRun>;

/** Both configurations on the last day of data. */
export const dryRunView = view('DryRun', 'Both configurations on the last day of data.', {
  detectors: listOf(detectorDryRun),
});

export type DryRunView = z.infer<typeof dryRunView>;

/** Something that is wrong with an edited configuration; line and column count from 1. */
export const configFault = view(
  'ConfigFault',
  'Where a configuration is wrong; line and column count from 1.',
  {
    line: z.int(),
    column: z.int(),
    path: z.string().describe('As `detectors[0].alert.budget`; empty for the whole.'),
    message: z.string(),
  },
);

export type ConfigFault = z.infer<typeof configFault>;
