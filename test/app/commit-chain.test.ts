import { describe, expect, it } from 'vitest';
import { CommitChain } from '../../src/app/commit-chain.ts';
import type { PartitionMark } from '../../src/core/records.ts';
import { testMark } from '../support/partition-mark.ts';

/** A broker whose commits stay under way until they are let go. */
class SlowBroker {
  readonly commits: { readonly marks: readonly PartitionMark[]; readonly owner: string }[] = [];
  #letGo: () => void = () => undefined;
  commit = (marks: readonly PartitionMark[], owner: string): Promise<void> => {
    this.commits.push({ marks, owner });
    return new Promise((resolve) => {
      this.#letGo = resolve;
    });
  };
  async finishOne(): Promise<void> {
    this.#letGo();
    await new Promise(setImmediate);
  }
  owners(): string[] {
    return this.commits.map(({ owner }) => owner);
  }
}

function markOf(partition: number): PartitionMark {
  return testMark({ source: 'node', topic: 'metrics', partition }, { lowOffset: 7, nextOffset: 9 });
}

describe('the commit chain', () => {
  it('has one commit under way at a time and of those that wait sends the newest only', async () => {
    const broker = new SlowBroker();
    const chain = new CommitChain(broker);
    for (const owner of ['s:1', 's:2', 's:3']) chain.add([markOf(0)], owner);
    expect(broker.owners()).toEqual(['s:1']);
    await broker.finishOne();
    expect(broker.owners()).toEqual(['s:1', 's:3']);
    await broker.finishOne();
    chain.add([markOf(0)], 's:4');
    expect(broker.owners()).toEqual(['s:1', 's:3', 's:4']);
  });

  it('is settled when the newest is committed', async () => {
    const broker = new SlowBroker();
    const chain = new CommitChain(broker);
    chain.add([markOf(0)], 's:1');
    chain.add([markOf(0)], 's:2');
    let isSettled = false;
    const settled = chain.settle(60_000).then(() => {
      isSettled = true;
    });
    await broker.finishOne();
    expect(isSettled).toBe(false);
    await broker.finishOne();
    await settled;
    expect(broker.owners()).toEqual(['s:1', 's:2']);
  });

  it('is not waited for without end if the broker never answers', async () => {
    const chain = new CommitChain(new SlowBroker());
    chain.add([markOf(0)], 's:1');
    await chain.settle(1);
  });

  it('has nothing to settle before the first commit', async () => {
    const broker = new SlowBroker();
    const chain = new CommitChain(broker);
    chain.add([markOf(0)], 's:1');
    await broker.finishOne();
    await chain.settle(60_000);
  });

  it('leaves a partition out of the waiting marks that was given away meanwhile', async () => {
    const broker = new SlowBroker();
    const chain = new CommitChain(broker);
    chain.add([markOf(0), markOf(1)], 's:1');
    chain.add([markOf(0), markOf(1)], 's:2');
    chain.forget(markOf(0));
    await broker.finishOne();
    expect(broker.commits.at(-1)).toEqual({ marks: [markOf(1)], owner: 's:2' });
  });
});
