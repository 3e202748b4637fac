import type { GroupMember } from '../ingest/kafka/group-members.ts';
import type { SourceFinding } from './look-at-topics.ts';

/** This member must not read beside those that are in the group already: wrong use, not a failure. */
export class SharingRefused extends Error {
  override readonly name = 'SharingRefused';
}

/** One line why a topic can't be shared with other members of the group, `null` if all that was seen is keyed by entity. */
export function sharingRefusal(
  findings: readonly SourceFinding[],
  others: readonly GroupMember[],
  groupId: string,
): string | null {
  const [spread] = findings.flatMap((finding) => finding.spread ?? []);
  if (spread === undefined) return null;
  const { detector, entity, partitions } = spread;
  const who = others.map(({ host, identity }) => `${identity?.storeId ?? 'no strayd'} at ${host}`).join(', ');
  return (
    `Entity ${entity} of detector ${detector} has samples in partitions ${partitions.join(' and ')}, and group ` +
    `${groupId} has another member (store ${who}): one entity can be read by one member only. Key the topic by entity, ` +
    'or run one replica, or give this one a kafka.group_id of its own.'
  );
}
