import { AssignerProtocol, PartitionAssigners } from 'kafkajs';
import type { Admin, PartitionAssigner } from 'kafkajs';

/** Who a member of the group says to be. */
export interface MemberIdentity {
  readonly storeId: string;
  /** When its process began to read, Unix ms. */
  readonly sinceMs: number;
}

/** Another member of the group; `identity` is `null` if it is no strayd. */
export interface GroupMember {
  readonly host: string;
  readonly identity: MemberIdentity | null;
}

/** The usual assigner, whose members say who they are. Partitions come round robin, as without it. */
export const identifyingAssigner =
  (identity: MemberIdentity): PartitionAssigner =>
  (config) => {
    const assigner = PartitionAssigners.roundRobin(config);
    return {
      ...assigner,
      version: assigner.version ?? 0,
      protocol: ({ topics }) => ({
        name: assigner.name,
        metadata: AssignerProtocol.MemberMetadata.encode({
          version: assigner.version ?? 0,
          topics,
          userData: Buffer.from(JSON.stringify(identity)),
        }),
      }),
    };
  };

/**
 * The members of a group that are not of the store `storeId`. While the group sorts itself out the broker does not tell
 * who its members are: `null`.
 */
export const otherMembers = async (
  admin: Admin,
  groupId: string,
  storeId: string,
): Promise<GroupMember[] | null> => {
  const { groups } = await admin.describeGroups([groupId]);
  const [group] = groups;
  if (group === undefined || group.members.length === 0) return [];
  if (group.state !== 'Stable') return null;
  return group.members
    .map(({ clientHost, memberMetadata }) => ({ host: clientHost, identity: identityOf(memberMetadata) }))
    .filter(({ identity }) => identity?.storeId !== storeId);
};

const identityOf = (metadata: Buffer): MemberIdentity | null => {
  try {
    const userData = AssignerProtocol.MemberMetadata.decode(metadata)?.userData;
    const { storeId, sinceMs } = JSON.parse(String(userData)) as Partial<MemberIdentity>;
    return typeof storeId === 'string' && typeof sinceMs === 'number' ? { storeId, sinceMs } : null;
  } catch {
    return null;
  }
};
