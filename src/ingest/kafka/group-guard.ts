import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { storeOf } from './broker-mark.ts';
import { brokerState } from './broker-state.ts';
import { otherMembers, type GroupMember, type MemberIdentity } from './group-members.ts';

/** Who asks to read beside others, and who judges it. */
export interface GuardOptions {
  readonly identity: MemberIdentity;
  /** One line why the topics can't be shared with these members, `null` if they can. A rejection counts as `null`. */
  readonly judge: (others: readonly GroupMember[]) => Promise<string | null>;
  /** The verdict; nothing is read then. */
  readonly refused: (why: string) => void;
}

const LOOK_MS = 500;
/* A group that sorts itself out longer than that is joined all the same. */
const LOOKS = 40;

/**
 * Keeps a second member away from topics that only one can read: it is asked before the group is joined, so that whoever
 * reads already is not disturbed. Members of the same store are earlier lives of this process.
 */
export class GroupGuard {
  readonly #groupId: string;
  readonly #options: GuardOptions;

  constructor(groupId: string, options: GuardOptions) {
    this.#groupId = groupId;
    this.#options = options;
  }

  /** Must this member stay away? Then it has told so. */
  async refuses(admin: Admin, topics: readonly string[], signal: AbortSignal): Promise<boolean> {
    const { identity, judge, refused } = this.#options;
    const state = await brokerState(admin, this.#groupId, topics);
    const owners = [...state.values()].flatMap(({ mark }) => mark.owner ?? []);
    // Only our own marks: whoever is in the group is an earlier life, and waiting for it would only take time.
    if (owners.every((owner) => storeOf(owner) === identity.storeId)) return false;
    const others = await this.#others(admin, identity.storeId, signal);
    if (others.length === 0 || signal.aborted) return false;
    const why = await judge(others).catch(() => null);
    if (why === null || signal.aborted) return false;
    refused(why);
    return true;
  }

  async #others(admin: Admin, storeId: string, signal: AbortSignal): Promise<readonly GroupMember[]> {
    for (let look = 0; look < LOOKS && !signal.aborted; look++) {
      const others = await otherMembers(admin, this.#groupId, storeId);
      if (others !== null) return others;
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    return [];
  }
}
