import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { apiDocument } from '../generate/api-document.ts';
import { blocksOf } from './pages.ts';
import { programComplaint } from './shell/program-complaint.ts';
import { simpleCommands } from './shell/simple-commands.ts';

const document = await apiDocument();
/* A synopsis is of strayd, and commands.test.ts reads it. */
const blocks = blocksOf('sh').filter(({ about }) => about !== 'synopsis');

const complaints = (code: string): string[] =>
  simpleCommands(code).flatMap((words) => {
    const complaint = programComplaint(words, document);
    return complaint === null ? [] : [`${words.join(' ')}: ${complaint}`];
  });

test.each([
  ['curl -s http://127.0.0.1:9477/api/v1/alertz', 'there is no GET /api/v1/alertz'],
  ['curl -X PUT …/api/v1/alerts', 'there is no PUT /api/v1/alerts'],
  ['curl "…/api/v1/alerts?state=burning"', 'state data must be equal to one of the allowed values'],
  ['curl …/api/v1/explain?detector=hosts', 'entity is missing'],
  ["curl …/api/v1/mutes -d '{}'", 'it wants the header content-type: application/json'],
  [
    "curl …/api/v1/mutes -H 'content-type: application/json' -d '{}'",
    "must have required property 'detector'",
  ],
  ['cd x && npm run -s bnech -- quality', 'there is no script bnech'],
  ['npm run bench -- qality', 'there is no bench qality'],
  ['npm install --global ./strayd-0.0.1.tgz', 'is not what strayd is'],
  ['docker build -f Dockerfile .', 'there is no Dockerfile'],
  ['kubectl apply -f strayd.yml', 'there is no strayd.yml'],
  ['helm install strayd deploy/kubernetes/strayd --set image.repo=x', 'the chart has no value image.repo'],
  ['sudo systemctl restart straydd', 'there is no deploy/systemd/straydd.service'],
  ['cat x | jq ".a |"', 'error'],
  ['rm -rf /', 'rm has no check'],
])('of %s it is said: %s', (code, complaint) => {
  expect(complaints(code).join()).toContain(complaint);
});

test('calls in pipes, lists and substitutions are told apart, comments and redirections are not calls', () => {
  const code = 'a "$(b c)" && d \'e f\' | g > h # i\nj <(k) --l="m n"';
  expect(simpleCommands(code)).toEqual([
    ['b', 'c'],
    ['a', '…'],
    ['d', 'e f'],
    ['g'],
    ['k'],
    ['j', '…', '--l=m n'],
  ]);
});

test('there are blocks to try', () => {
  expect(blocks.length).toBeGreaterThan(60);
});

test.each(blocks)('what the shell is told at $place can be told it', ({ text }) => {
  expect(complaints(text)).toEqual([]);
  const { stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
});
