import { expect, it } from 'vitest';
import { runStrayd } from './run-strayd.ts';

it.concurrent.each<[command: string, tells: readonly string[]]>([
  [
    '',
    [
      'Learns what normal looks like',
      'demo',
      'run',
      'check',
      'train',
      'backtest',
      'explain',
      'alerts',
      'Exit codes',
    ],
  ],
  ['demo', ['needs no Kafka and no config', '--seed', '--no-incidents', '--no-model', '--kafka', '--json']],
  ['run', ['until SIGTERM', '--config']],
  ['check', ['line and column', 'strayd.yaml', '--json']],
  ['train', ['alone on the store', '--detector', '--url']],
  ['backtest', ['time,entity,<feature>', 'entity,start,end', '--train-until', '--scores']],
  ['explain', ['why an alert did or did not fire', '--detector', '--entity', '--at', '--url', '--json']],
  ['alerts', ['list', 'show', 'label']],
  ['alerts list', ['--state', 'STRAYD_URL', '--json']],
  ['alerts show', ['<id>']],
  ['alerts label', ['real', 'planned', 'false']],
])('strayd %s --help says what it does and what it takes', async (command, tells) => {
  const { code, stdout } = await runStrayd([...command.split(' ').filter(Boolean), '--help']);
  const text = stdout.replaceAll(/\s+/g, ' ');
  for (const words of tells) expect(text).toContain(words);
  expect(code).toBe(0);
});

it('--version prints the version of the package', async () => {
  expect(await runStrayd(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
});

it.concurrent.each<[wrong: string, says: string]>([
  ['', 'Usage: strayd'],
  ['chek', 'Did you mean check?'],
  ['demo --sede 1', 'Did you mean --seed?'],
  ['demo --seed one', 'It takes a whole number'],
  ['demo --port 70000', 'from 0 to 65535'],
  ['demo --produce metrics', '--produce needs --kafka host:port'],
  ['demo --produce metrics --kafka a:1 --json', "cannot be used with option '--json'"],
  ['demo now', "too many arguments for 'demo'"],
  ['backtest', "required option '-i, --input <wide.csv>' not specified"],
  ['backtest --input no-such.csv', "Can't open no-such.csv: no such file"],
  ['explain --detector hosts', "required option '-e, --entity <entity>' not specified"],
  ['alerts', 'Usage: strayd alerts'],
  ['alerts list --state sleeping', 'Allowed choices are pending, firing, resolved'],
  ['alerts list --limit 0', 'from 1 to 1000'],
  ['alerts list --url localhost:9477', 'http://127.0.0.1:9477'],
  ['alerts list --token-file /no/such', "Can't open /no/such"],
  ['alerts label some-id maybe', 'Allowed choices are real, planned, false'],
  ['run --config no-such.yaml', 'no-such.yaml:1:1'],
])('strayd %s is wrong use: exit code 2 and what to write instead', async (wrong, says) => {
  const { code, stdout, stderr } = await runStrayd(wrong.split(' ').filter(Boolean));
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('    at ');
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

it('a reader that closes the pipe early is no failure', async () => {
  const { code, stderr } = await runStrayd(['check', '--config', 'deploy/strayd.example.yaml', '--json'], {
    closedOutput: true,
  });
  expect(stderr).toBe('');
  expect(code).toBe(0);
});
