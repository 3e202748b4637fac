import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bashScript } from '../../src/cli/completion/bash-script.ts';
import { completedCommands } from '../../src/cli/completion/completed-command.ts';
import { fishScript } from '../../src/cli/completion/fish-script.ts';
import { zshScript } from '../../src/cli/completion/zsh-script.ts';
import { straydProgram } from '../../src/cli/program.ts';
import { systemBinary } from '../support/system-binary.ts';
import { runStrayd } from './run-strayd.ts';

const commands = completedCommands(straydProgram());
const folder = mkdtempSync(join(tmpdir(), 'strayd-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'strayd.yaml'), '');

/** What a user may have typed so far, the last word being the one to complete. */
const lines: readonly (readonly string[])[] = [
  ...commands.map(({ path }) => [...path.split(' '), '']),
  ...commands.map(({ path }) => [...path.split(' '), '--']),
  ['strayd', 'al'],
  ['strayd', 'alerts', 'list', '--detector', 'hosts', '--state', ''],
  ['strayd', 'alerts', 'label', 'some-id', 'pl'],
  ['strayd', 'check', '-c', 'str'],
  ['strayd', 'alerts', 'list', '--detector', ''],
  ['strayd', 'completion', ''],
];

/** Runs one shell for all lines: `script` prints the words offered for each, and `=` on a line of its own after them. */
function offered(shell: string, script: string): string[][] {
  const file = join(folder, `${shell}.script`);
  writeFileSync(file, script);
  const { stdout, stderr, status } = spawnSync(shell, [file], { encoding: 'utf8', cwd: folder });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout
    .split('\n=\n')
    .slice(0, -1)
    .map((block) =>
      block
        .split('\n')
        .filter((word) => word !== '')
        .map((word) => word.replace(/[:\t].*$/, '')),
    );
}

/** The same of every shell, so that none has a behaviour of its own. */
function expectGoodOffers(offers: readonly (readonly string[])[]): void {
  expect(offers).toHaveLength(lines.length);
  const of = (line: string): readonly string[] =>
    offers[lines.findIndex((words) => words.join(' ') === line)] ?? [];
  for (const { path, subcommands, options } of commands) {
    for (const { word } of subcommands) expect(of(`${path} `), path).toContain(word);
    for (const { word } of options) expect(of(`${path} --`), path).toContain(word);
  }
  expect(of('strayd al')).toEqual(['alerts']);
  expect([...of('strayd alerts list --detector hosts --state ')].sort()).toEqual([
    'firing',
    'pending',
    'resolved',
  ]);
  expect(of('strayd alerts label some-id pl')).toEqual(['planned']);
  expect(of('strayd check -c str')).toEqual(['strayd.yaml']);
  expect(of('strayd alerts list --detector ')).toEqual([]);
  expect(of('strayd completion ')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
}

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

describe('completion', () => {
  const zsh = systemBinary('zsh', 'zsh');
  const fish = systemBinary('fish', 'fish');

  test('in bash offers every command, option and choice, and names of files', () => {
    const asked = lines.map(
      (words) =>
        `COMP_WORDS=(${quoted(words)}); COMP_CWORD=${words.length - 1}; _strayd; printf '%s\\n' "\${COMPREPLY[@]}" '' =`,
    );
    const script = `${bashScript(commands)}\ncomplete -p strayd > /dev/null\n${asked.join('\n')}\n`;
    expectGoodOffers(offered('bash', script));
  });

  test.skipIf(zsh.path === null)(`in zsh offers the same${zsh.note}`, () => {
    // Outside of its line editor zsh has no list to show, so the two functions that fill it print instead.
    const stubs = `compdef() { }
_describe() { print -rl -- "\${(@P)2}" | grep -- "^$words[CURRENT]" }
_files() { print -rl -- $words[CURRENT]*(N) }`;
    const asked = lines.map(
      (words) => `words=(${quoted(words)}); CURRENT=${words.length}; _strayd; print; print =`,
    );
    expectGoodOffers(offered('zsh', `${stubs}\n${zshScript(commands)}\n${asked.join('\n')}\n`));
  });

  test.skipIf(fish.path === null)(`in fish offers the same${fish.note}`, () => {
    const asked = lines.map((words) => `complete -C ${quoted([words.join(' ')])}; echo; echo =`);
    expectGoodOffers(offered('fish', `${fishScript(commands)}\n${asked.join('\n')}\n`));
  });

  test('is printed by the program itself', async () => {
    expect(await runStrayd(['completion', 'bash'])).toEqual({
      code: 0,
      stderr: '',
      stdout: bashScript(commands),
    });
  });
});
