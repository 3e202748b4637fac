import { plural } from '../core/plural.ts';
import type { SourceFinding } from '../app/look-at-topics.ts';

/** What `check --online` found, as lines for people. */
export function onlineLines(findings: readonly SourceFinding[]): string[] {
  return findings.flatMap((finding) => [
    `Source ${finding.source}:`,
    ...linesOf(finding).map((line) => `  ${line}`),
  ]);
}

/** What keeps strayd from doing its work on these topics; empty if nothing does. */
export function onlineProblems(findings: readonly SourceFinding[]): string[] {
  return findings.flatMap(
    ({ source, missingTopics, unmatchedPatterns, trouble, read, samples, detectors }) => [
      ...(trouble === null ? [] : [`source ${source}: ${trouble}`]),
      ...missingTopics.map(
        (topic) =>
          `source ${source}: there is no topic "${topic}": create it, or correct the source's topics`,
      ),
      ...unmatchedPatterns.map(
        (pattern) =>
          `source ${source}: no topic matches "${pattern}": create one, or correct the source's topics`,
      ),
      ...(read > 0 && samples === 0 && trouble === null
        ? [
            `source ${source}: none of ${plural(read, 'record')} could be decoded: correct its format, or its topics`,
          ]
        : []),
      ...(samples === 0
        ? []
        : detectors
            .filter((detector) => detector.samples === 0)
            .map(
              ({ detector }) =>
                `detector ${detector}: nothing in source ${source} matches its select and features`,
            )),
    ],
  );
}

function linesOf(finding: SourceFinding): string[] {
  const { topics, read, samples, rejected, overLimits, detectors, keyed, spread } = finding;
  const bad = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`);
  return [
    ...topics.map(
      ({ topic, partitions, records }) =>
        `topic ${topic}: ${plural(partitions, 'partition')}, ${plural(records, 'record')}`,
    ),
    `the newest ${plural(read, 'record')}: ${plural(samples, 'sample')}${bad.length === 0 ? '' : `; not usable: ${bad.join(', ')}`}`,
    ...overLimits.map(({ limit, seen, text }) => `over the bound ${limit} (${seen}): ${text}`),
    ...detectors.flatMap(({ detector, samples: matched, entities, missingFeatures, histogramGaps }) => {
      const missing = missingFeatures.length === 0 ? '' : `; nothing of ${missingFeatures.join(', ')}`;
      return [
        `detector ${detector}: ${plural(matched, 'sample')} of ${plural(entities, 'entity', 'entities')}${missing}`,
        ...histogramGaps.map((gap) => `  ${gap}`),
      ];
    }),
    keyedLine(keyed, spread),
  ];
}

function keyedLine(keyed: SourceFinding['keyed'], spread: SourceFinding['spread']): string {
  if (spread !== null) {
    const { entity, detector, partitions } = spread;
    const seen = `entity ${entity} of ${detector} is in ${partitions.join(' and ')}`;
    return `not keyed by entity (${seen}): fine for one replica; more of them need a topic keyed by entity`;
  }
  if (keyed === 'unknown') return 'keyed by entity: unknown, too few samples were seen';
  return 'keyed by entity, as far as was seen: replicas can share it';
}
