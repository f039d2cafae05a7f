import { type GroupCalls, groupCalls } from './server-groups.ts'
import type { ServerProcess } from './server-process.ts'
import { type Place, Refused, type Saying, type Vendor, vendorsOf } from './server-vendors.ts'

/** A message that some vendor's customer said, and whether the server answered that it has it. */
export interface Said extends Saying {
  by: Vendor['name']
  at: number
  acknowledged: boolean
}

/** What was asked for, and what became of it as far as its asker knows. */
type Fate = 'never' | 'asked' | 'done'

/** A group that was made, and perhaps dismissed. */
export interface Made {
  name: string
  by: Vendor['name']
  owner: string
  others: string[]
  made: Fate
  dismissed: Fate
}

/** A user who became a member of a group of two, and was deleted. */
export interface Left {
  user: string
  owner: string
  name: string
  joined: Fate
  deleted: Fate
}

/** All that was asked of a server, whatever became of it. */
export interface Records {
  said: Said[]
  made: Made[]
  left: Left[]
}

/** Users whom every round knows: strings of digits, which all vendors can name. */
export const users = Array.from({ length: 8 }, (_, i) => String(1001 + i))

/** Imports the users and makes the places where they talk: three groups, each by another vendor, and four pairs. */
export async function settle(server: ServerProcess): Promise<Place[]> {
  const vendors = vendorsOf(server)
  const [tencent, netease, volcengine] = vendors as [Vendor, Vendor, Vendor]
  await importUsers(tencent, users)
  const [owner = '', ...others] = users
  for (const vendor of vendors) await groupCalls[vendor.name](vendor).make(`talk of ${vendor.name}`, owner, others)
  const asked = { Member_Account: owner, ResponseFilter: { GroupBaseInfoFilter: ['Name'] } }
  const { GroupIdList } = await tencent.call('group_open_http_svc/get_joined_group_list', asked)
  const { infos } = await netease.call('team/joinTeams.action', { accid: owner })
  const groups = GroupIdList.map(({ GroupId: alias, Name }: { GroupId: string; Name: string }): Place => {
    const { tid: id } = infos.find((info: { tname: string }) => info.tname === Name)
    return { type: 'group', id, alias, owner }
  })
  const pairs = [0, 2, 4, 6].map(async (i): Promise<Place> => {
    const [a, b] = users.slice(i, i + 2) as [string, string]
    const ConversationCoreInfo = { ConversationType: 1 }
    const made = { ConversationCoreInfo, OwnerUserId: Number(a), OtherUserId: Number(b) }
    return { type: 'direct', id: (await volcengine.call('CreateConversation', made)).ConversationShortId, a, b }
  })
  return [...groups, ...(await Promise.all(pairs))]
}

/** Imports accounts; known ones stay as they are. */
export async function importUsers(tencent: Vendor, ids: string[]): Promise<void> {
  await tencent.call('im_open_login_svc/multiaccount_import', { Accounts: ids })
}

/** A crowd at work. */
export interface Crowd {
  /** Resolves at the first acknowledgement. */
  begun: Promise<void>
  /** Resolves when the server is gone for all of them; rejects when it refused anything. */
  ended: Promise<unknown>
}

/** Owners of the groups that are made in a round. */
export const ownersOf = (round: number) => Array.from({ length: 6 }, (_, i) => String(10_000 + 10 * round + i))

/** Lets so many writers work without end, a mix of the three vendors' customers; `records` grows with what they ask. */
export function letWork(server: ServerProcess, places: Place[], records: Records, round: number, writers = 64): Crowd {
  const vendors = vendorsOf(server)
  const owners = ownersOf(round)
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const work = async (writer: number) => {
    const vendor = vendors[writer % 3] as Vendor
    const owner = owners[writer]
    for (let i = 0; ; i++) {
      const name = `${round}-${writer}-${i}`
      if (owner === undefined) await say(vendor, places[(writer + i) % places.length] as Place, name, records)
      else if (writer < 3) await makeAndDismiss(vendor, owner, name, i, records)
      else await joinAndDelete(vendors, vendor, owner, name, records)
      begin()
    }
  }
  const ended = Promise.all(
    Array.from({ length: writers }, (_, writer) =>
      work(writer).catch(error => {
        // That the connection ends is what the test is about; a refusal is not.
        if (!isLost(error)) throw error
      }),
    ),
  )
  return { begun: Promise.race([begun, ended.then(() => {})]), ended }
}

let repeats = 0

async function say(vendor: Vendor, place: Place, name: string, { said }: Records): Promise<void> {
  const from =
    place.type === 'group' ? (users[said.length % users.length] as string) : said.length % 2 ? place.a : place.b
  const saying: Said = {
    ...{ place, from, text: `ack-${name}.`, repeat: ++repeats },
    ...{ by: vendor.name, at: Date.now(), acknowledged: false },
  }
  said.push(saying)
  await vendor.say(saying)
  saying.acknowledged = true
}

/** Says again what was not acknowledged, where the sender's name for it makes that harmless; gives how many. */
export async function sayAgain(server: ServerProcess, { said }: Records): Promise<number> {
  const vendors = new Map(vendorsOf(server).map(vendor => [vendor.name, vendor]))
  // Half of the vendor's window: enough time for the call itself.
  const may = (each: Said) => Date.now() - each.at < (vendors.get(each.by) as Vendor).repeats(each.place) / 2
  const again = said.filter(each => !each.acknowledged && may(each))
  await Promise.all(
    again.map(async each => {
      await vendors.get(each.by)?.say(each)
      each.acknowledged = true
    }),
  )
  return again.length
}

async function makeAndDismiss(
  vendor: Vendor,
  owner: string,
  name: string,
  i: number,
  { made }: Records,
): Promise<void> {
  const group: Made = { name, by: vendor.name, owner, others: users.slice(0, 3), made: 'asked', dismissed: 'never' }
  made.push(group)
  const calls: GroupCalls = groupCalls[vendor.name](vendor)
  const handle = await calls.make(name, owner, group.others)
  group.made = 'done'
  // Some stay, so that there is something to look at.
  if (i % 4 === 0) return
  group.dismissed = 'asked'
  await calls.dismiss(handle, owner)
  group.dismissed = 'done'
}

let strangers = 0

async function joinAndDelete(vendors: Vendor[], vendor: Vendor, owner: string, name: string, { left }: Records) {
  const [tencent] = vendors as [Vendor]
  const user = String(500_000 + ++strangers)
  await importUsers(tencent, [user])
  const one: Left = { user, owner, name, joined: 'asked', deleted: 'never' }
  left.push(one)
  await groupCalls[vendor.name](vendor).make(name, owner, [user])
  one.joined = 'done'
  one.deleted = 'asked'
  await tencent.call('im_open_login_svc/account_delete', { DeleteItem: [{ UserID: user }] })
  one.deleted = 'done'
}

function isLost(error: unknown): boolean {
  if (error instanceof Refused) return false
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return /^(ECONN|UND_ERR_SOCKET|EPIPE)/.test(cause?.code ?? code ?? '')
}
