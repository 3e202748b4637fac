import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Name of the project whose files share processes; they have to come in a row for that. */
export const PURE_PROJECT = 'pure';

/** The longest files, longest first; one that is begun late is waited for alone. Only their order counts. */
const LONGEST = [
  'test/demo/demo.test.ts',
  'test/e2e/labelled-data.test.ts',
  'test/app/scoring-latency.test.ts',
  'test/drills/reload.test.ts',
  'test/drills/crash-loop.test.ts',
  'test/ingest/kafka/kafka-record-stream.test.ts',
  'test/server/console/browser.test.ts',
  'test/drills/broker.test.ts',
  'test/drills/bootstrap.test.ts',
  'test/drills/kill.test.ts',
  'test/app/trainer.test.ts',
  'test/e2e/journey.test.ts',
  'test/model/model-types.test.ts',
  'test/drills/handover.test.ts',
];

/** The longest files, then those that start programs, then the pure ones: short ones fill what is left at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  if (project.name === PURE_PROJECT) return LONGEST.length + 1;
  const place = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return place < 0 ? LONGEST.length : place;
}
