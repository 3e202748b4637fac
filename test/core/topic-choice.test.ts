import { expect, it } from 'vitest';
import { matchesTopic, sourcesOfTopics } from '../../src/core/topic-choice.ts';

it('a pattern is for the whole name, and never for topics of Kafka’s own', () => {
  expect(matchesTopic('team-.*-metrics', 'team-a-metrics')).toBe(true);
  expect(matchesTopic('^team-.*$', 'team-a-metrics')).toBe(true);
  expect(matchesTopic('team', 'team-a')).toBe(false);
  expect(matchesTopic('.*', '__consumer_offsets')).toBe(false);
});

it('a topic belongs to the source that names it, else to the first whose pattern it matches', () => {
  const sources = [
    { name: 'a', topics: ['other'], topicPatterns: ['team-.*'], exceptTopics: ['team-dead'] },
    { name: 'b', topics: ['team-b'], topicPatterns: ['.*-x'] },
  ];
  const all = ['team-x', 'team-b', 'lone-x', 'team-dead', 'unwanted', 'other'];
  expect([...sourcesOfTopics(all, sources)]).toEqual([
    ['team-x', 'a'],
    ['team-b', 'b'],
    ['lone-x', 'b'],
    ['other', 'a'],
  ]);
});
