import type { Vendor } from './server-vendors.ts'

/** A group as a vendor shows it: who is listed, and how many are counted. */
export interface ShownGroup {
  name: string
  owner: string
  members: string[]
  size: number
}

/** How a vendor's customer makes, ends and sees groups. */
export interface GroupCalls {
  /** Makes a group of its owner and others; gives what the vendor calls it. */
  make(name: string, owner: string, others: string[]): Promise<string>
  dismiss(handle: string, owner: string): Promise<void>
  /** The groups of their owner, by name; `candidates` are those whose membership is asked for where nobody lists them. */
  shown(owner: string, candidates: string[]): Promise<Map<string, ShownGroup>>
}

/** The groups of each vendor's customer. */
export const groupCalls: Record<Vendor['name'], (vendor: Vendor) => GroupCalls> = { tencent, netease, volcengine }

const service = 'group_open_http_svc'

function tencent({ call }: Vendor): GroupCalls {
  return {
    async make(Name, Owner_Account, others) {
      const MemberList = others.map(Member_Account => ({ Member_Account }))
      return (await call(`${service}/create_group`, { Type: 'Public', Name, Owner_Account, MemberList })).GroupId
    },
    dismiss: GroupId => call(`${service}/destroy_group`, { GroupId }),
    async shown(owner) {
      const { GroupIdList } = await call(`${service}/get_joined_group_list`, { Member_Account: owner })
      const found: ShownGroup[] = []
      for (const ids of chunks(GroupIdList as { GroupId: string }[], 50)) {
        const { GroupInfo } = await call(`${service}/get_group_info`, { GroupIdList: ids.map(each => each.GroupId) })
        for (const { Name, Owner_Account, MemberNum, MemberList } of GroupInfo) {
          const members = MemberList.map((member: { Member_Account: string }) => member.Member_Account)
          found.push({ name: Name, owner: Owner_Account, members: members.sort(), size: MemberNum })
        }
      }
      return byName(found)
    },
  }
}

function netease({ call }: Vendor): GroupCalls {
  return {
    async make(tname, owner, others) {
      const members = JSON.stringify(others)
      return (await call('team/create.action', { tname, owner, members, msg: '', magree: 0, joinmode: 0 })).tid
    },
    dismiss: (tid, owner) => call('team/remove.action', { tid, owner }),
    async shown(accid) {
      const { infos } = await call('team/joinTeams.action', { accid })
      const found: ShownGroup[] = []
      for (const teams of chunks(infos as { tid: number }[], 100)) {
        const tids = JSON.stringify(teams.map(team => team.tid))
        const { tinfos } = await call('team/query.action', { tids, ope: 1 })
        for (const { tname, owner, admins, members, size } of tinfos)
          found.push({ name: tname, owner, members: [owner, ...admins, ...members].sort(), size })
      }
      return byName(found)
    },
  }
}

function volcengine({ call }: Vendor): GroupCalls {
  return {
    async make(Name, owner, others) {
      const { ConversationShortId } = await call('CreateConversation', {
        ConversationCoreInfo: { ConversationType: 2, Name },
        OwnerUserId: Number(owner),
      })
      const ParticipantInfos = others.map(user => ({ ParticipantUserId: Number(user) }))
      await call('BatchAddConversationParticipant', { ConversationShortId, Operator: Number(owner), ParticipantInfos })
      return String(ConversationShortId)
    },
    dismiss: (id, owner) =>
      call('DestroyConversation', { ConversationShortId: Number(id), OwnerUserId: Number(owner) }),
    async shown(owner, candidates) {
      const found: ShownGroup[] = []
      const ParticipantUserIds = [owner, ...candidates].map(Number)
      for (let [Cursor, more] = [0, true]; more; ) {
        const asked = { ParticipantUserId: Number(owner), Cursor, Limit: 20 }
        const page = await call('GetUserConversations', asked)
        for (const {
          ConversationShortId,
          ConversationType,
          Name,
          OwnerUserIdStr,
          MemberCount,
        } of page.ConversationInfos) {
          if (ConversationType !== 2) continue
          const { Participants } = await call('BatchGetConversationParticipant', {
            ConversationShortId,
            ParticipantUserIds,
          })
          const members = Participants.map((each: { ParticipantUserId: number }) => String(each.ParticipantUserId))
          found.push({ name: Name, owner: OwnerUserIdStr, members: members.sort(), size: MemberCount })
        }
        ;[Cursor, more] = [page.NextCursor, page.HasMore]
      }
      return byName(found)
    },
  }
}

function byName(groups: ShownGroup[]): Map<string, ShownGroup> {
  const found = new Map(groups.map(group => [group.name, group]))
  if (found.size < groups.length) throw new Error('a group is there twice')
  return found
}

function chunks<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}
