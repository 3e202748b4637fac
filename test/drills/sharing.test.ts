import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTopic, produce, sharedKafka, uniqueName, type TestRecord } from '../support/kafka.ts';
import { PROGRAM, startStrayd, type StraydProcess } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS } from './drill-fleet.ts';
import { runToEnd } from './run-to-end.ts';
import { recordsDone } from './store-evidence.ts';
import { LIVE_FROM_STEP } from './trained-store.ts';

const ENTITIES = ['db-1', 'db-2', 'web-1', 'web-2'];
const STEPS = 40;

describe('a topic whose series lie in any partition', () => {
  const root = mkdtempSync(join(tmpdir(), 'strayd-sharing-'));
  const running: StraydProcess[] = [];
  let brokers: readonly string[];

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
  });

  afterAll(async () => {
    for (const strayd of running) await strayd.kill();
    rmSync(root, { recursive: true, force: true });
  });

  it('is refused to a second member, with the way out and exit code 2; the first goes on undisturbed', async () => {
    const topic = await createTopic(brokers, PARTITIONS);
    const [half, rest] = halves();
    await produce(brokers, topic, half);
    const groupId = uniqueName('sharing');
    const first = newFolder('first');
    const strayd = await startStrayd(
      first,
      drillConfig({ brokers, groupId, topics: [topic], folder: first }),
    );
    running.push(strayd);
    await waitFor('the first to have read', () => recordsDone(first, topic) === half.length);

    const second = newFolder('second');
    const { code, stderr } = await runToEnd(
      second,
      drillConfig({ brokers, groupId, topics: [topic], folder: second }),
    );
    expect(code).toBe(2);
    const lines = stderr.split('\n').filter((line) => line.includes('"sharing_refused"'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/Entity \S+ of detector fleet has samples in partitions \S+\/\d and \S+\/\d/);
    expect(lines[0]).toMatch(new RegExp(`group ${groupId} has another member \\(store [0-9a-f]{16} at `));
    expect(lines[0]).toContain(
      'Key the topic by entity, or run one replica, or give this one a kafka.group_id',
    );

    await produce(brokers, topic, rest);
    await waitFor('the first to read on', () => recordsDone(first, topic) === half.length + rest.length);
    expect(strayd.log()).not.toContain('partition_revoked');
    expect(strayd.log().split('Reading ')).toHaveLength(PARTITIONS + 1);
    expect(await strayd.stop()).toBe(0);
  }, 60_000);

  it('is named by check --online, which has nothing against one that is keyed by entity', async () => {
    const spread = await createTopic(brokers, PARTITIONS);
    const keyed = await createTopic(brokers, PARTITIONS);
    await produce(brokers, spread, fleet());
    await produce(
      brokers,
      keyed,
      fleet((entity) => ENTITIES.indexOf(entity)),
    );
    const [ofSpread, ofKeyed] = await Promise.all([checkOnline([spread]), checkOnline([keyed])]);
    expect(ofSpread.code).toBe(0);
    expect(ofSpread.stdout).toMatch(/not keyed by entity \(entity \S+ of fleet is in \S+\/\d and \S+\/\d/);
    expect(ofSpread.stdout).toContain(`topic ${spread}: 4 partitions, 800 records`);
    expect(ofSpread.stdout).toContain('the newest 800 records: 800 samples');
    expect(ofSpread.stdout).toContain('detector fleet: 800 samples of 4 entities');
    expect(ofKeyed.code).toBe(0);
    expect(ofKeyed.stdout).toContain('keyed by entity, as far as was seen: replicas can share it');
  }, 60_000);

  it('fails check --online with the way out where a topic is missing or nothing in it can be used', async () => {
    const topic = await createTopic(brokers, 1);
    await produce(brokers, topic, [{ partition: 0, timeMs: 1, value: 'load 3' }]);
    const { code, stdout } = await checkOnline([topic, 'nowhere'], '--json');
    expect(code).toBe(1);
    const { sources, problems } = JSON.parse(stdout) as {
      sources: { missingTopics: string[]; rejected: Record<string, number> }[];
      problems: string[];
    };
    expect(sources[0]).toMatchObject({ missingTopics: ['nowhere'], rejected: { not_json: 1 }, keyed: 'yes' });
    expect(problems).toEqual([
      'source fleet: there is no topic "nowhere": create it, or correct the source\'s topics',
      'source fleet: none of 1 record could be decoded: correct its format, or its topics',
    ]);
  }, 60_000);

  function fleet(partitionOf?: (entity: string) => number): TestRecord[] {
    const plan = {
      seed: 19,
      entities: ENTITIES,
      fromStep: LIVE_FROM_STEP,
      untilStep: LIVE_FROM_STEP + STEPS,
    };
    return fleetRecords(partitionOf === undefined ? plan : { ...plan, partitionOf });
  }

  function halves(): readonly [TestRecord[], TestRecord[]] {
    const records = fleet();
    return [records.slice(0, records.length / 2), records.slice(records.length / 2)];
  }

  function newFolder(name: string): string {
    return mkdtempSync(join(root, `${name}-`));
  }

  async function checkOnline(
    topics: readonly string[],
    ...options: string[]
  ): Promise<{ code: number | string; stdout: string }> {
    const folder = newFolder('check');
    const file = join(folder, 'strayd.yaml');
    writeFileSync(file, JSON.stringify(drillConfig({ brokers, groupId: 'check', topics, folder })));
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [PROGRAM, 'check', '--online', '--config', file, ...options],
        (error, stdout) => {
          resolve({ code: error?.code ?? 0, stdout });
        },
      );
    });
  }
});
