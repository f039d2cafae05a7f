import { setTimeout as pause } from 'node:timers/promises'
import { type Device, type DeviceEvents, openDevice } from './story-device.ts'
import { readStoryKeys, type StoryServer, startStoryServer } from './story-server.ts'
import { openVendors, type Read, readNetease, readTencent, readVolcengine, type Vendors } from './story-vendors.ts'

/** What the story is told with: who speaks, and what. */
export type Tell = (who: 'server' | 'tencent' | 'netease' | 'volcengine' | 'device' | 'crash', text: string) => void

export interface StoryOptions {
  /** How many messages are sent; at least 20, so that some are on both sides of the crash. */
  messages: number
  /** An existing folder for configuration and data. */
  folder: string
  tell: Tell
}

/** How the story ended. */
export interface Outcome {
  sent: number
  acknowledged: number
  /** Messages that were sent more than once, because no answer came. */
  repeats: number
  /** At the moment of the SIGKILL. */
  crash: { sent: number; acknowledged: number }
  /** Texts that each device shows, by user. */
  received: Record<string, string[]>
  /** The texts of the three vendors' histories. */
  histories: Record<'tencent' | 'netease' | 'volcengine', string[]>
  lost: string[]
  doubled: string[]
  /** The three histories have the same messages with the same numbers, ids and senders in the same order. */
  agree: boolean
}

const [owner, ann, ben] = ['1001', '1002', '1003'] as const
/** Calls under way at the same time. */
const senders = 8
/** How long somebody who got no answer waits before saying it again (ms). */
const rest = 50
/** How long a device may be silent before what it lacks counts as lost (ms). */
const patience = 10_000

/** Plays the whole story on a server of its own; ends that server whatever happens. */
export async function playStory(options: StoryOptions): Promise<Outcome> {
  const { folder, tell } = options
  const stage: { server: StoryServer; devices: Device[] } = { server: await startStoryServer(folder), devices: [] }
  try {
    tell('server', `ready at ${stage.server.url}, process ${stage.server.pid}, data in ${folder}`)
    const keys = readStoryKeys(folder)
    const vendors = openVendors(stage.server.url, keys)
    await importUsers(vendors, tell)
    stage.devices = await connect(stage.server.url, keys.appId, vendors, tell)
    const team = await makeTeam(vendors, tell)
    const crash = async () => {
      await stage.server.kill()
      stage.server = await startStoryServer(folder, stage.server.port)
      tell('server', `ready again at ${stage.server.url}, process ${stage.server.pid}, on the same data`)
    }
    const sent = await sendAll(vendors, team.tid, { ...options, crash })
    await arrived(stage.devices, team.tid, sent.texts.length)
    const histories = await readAll(vendors, team, tell)
    return judge(sent, histories, stage.devices, team.tid)
  } finally {
    await Promise.all(stage.devices.map(device => device.stop()))
    await stage.server.stop()
  }
}

async function importUsers({ tencent, volcengine }: Vendors, tell: Tell): Promise<void> {
  await tencent('im_open_login_svc/multiaccount_import', { Accounts: [owner, ann, ben] })
  const { Users } = await volcengine('BatchGetUser', { UserIds: [owner, ann, ben].map(Number) })
  tell('tencent', `multiaccount_import makes ${owner}, ${ann} and ${ben}`)
  tell('volcengine', `BatchGetUser finds ${(Users as { UserId: number }[]).map(user => user.UserId).join(', ')}`)
}

async function connect(url: string, app: number, vendors: Vendors, tell: Tell): Promise<Device[]> {
  const { Token } = await vendors.volcengine('GetAppToken', { UserId: Number(ben), ExpireTime: 3_600_000 })
  const events = digest(tell)
  const devices = await Promise.all([
    openDevice(url, ann, { dialect: 'tencent', sdkappid: app, userid: ann, usersig: vendors.userSig(ann) }, events),
    openDevice(url, ben, { dialect: 'volcengine', appId: app, token: Token as string }, events),
  ])
  tell('device', `${ann} is online with a UserSig of Tencent, ${ben} with an app token of Volcengine`)
  return devices
}

interface Team {
  tid: number
  alias: string
}

async function makeTeam({ netease, volcengine, tencent }: Vendors, tell: Tell): Promise<Team> {
  const made = await netease('team/create.action', {
    tname: 'Magpies',
    owner,
    members: JSON.stringify([ann]),
    msg: 'welcome',
    magree: '0',
    joinmode: '0',
  })
  const tid = Number(made.tid)
  tell('netease', `team/create makes team ${tid} of ${owner} with ${ann}`)
  await volcengine('BatchAddConversationParticipant', {
    ConversationShortId: tid,
    Operator: Number(owner),
    ParticipantInfos: [{ ParticipantUserId: Number(ben) }],
  })
  tell('volcengine', `BatchAddConversationParticipant adds ${ben}`)
  const joined = await tencent('group_open_http_svc/get_joined_group_list', { Member_Account: ben })
  const [group] = joined.GroupIdList as { GroupId: string }[]
  if (!group) throw new Error('Tencent does not show the group')
  tell('tencent', `get_joined_group_list shows it to ${ben} as ${group.GroupId}`)
  return { tid, alias: group.GroupId }
}

interface Sending extends StoryOptions {
  crash(): Promise<void>
}

/** Sends all messages, the server dying in between; a call without an answer is repeated with the same ClientMsgId. */
async function sendAll({ volcengine }: Vendors, conversation: number, { messages, tell, crash }: Sending) {
  const texts = Array.from({ length: messages }, (_, i) => `message ${i + 1}`)
  const waiting = [...texts.entries()]
  const count = { sent: 0, acknowledged: 0, repeats: 0 }
  let atCrash: Outcome['crash'] | undefined
  let crashed: Promise<void> | undefined
  let broken: { error: unknown } | undefined

  async function send(text: string, i: number): Promise<void> {
    count.sent++
    const message = {
      ConversationShortId: conversation,
      Sender: Number(owner),
      MsgType: 10001,
      Content: JSON.stringify({ text }),
      ClientMsgId: `story-${i}`,
    }
    for (let tries = 0; ; tries++) {
      if (tries === 1) count.repeats++
      if (await answered(() => volcengine('SendMessage', message))) break
      // The server does not come back: nobody would ever answer.
      if (broken) throw broken.error
      await pause(rest)
    }
    count.acknowledged++
  }

  async function worker(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await send(next[1], next[0])
      if (crashed || count.acknowledged < messages / 2) continue
      atCrash = { sent: count.sent, acknowledged: count.acknowledged }
      crashed = crash().catch(error => {
        broken = { error }
      })
      tell('crash', `SIGKILL: ${atCrash.sent} sent, ${atCrash.acknowledged} acknowledged`)
    }
  }

  tell('volcengine', `SendMessage sends ${messages} messages, ${senders} at a time`)
  await Promise.all(Array.from({ length: senders }, worker))
  await crashed
  if (broken) throw broken.error
  tell('volcengine', `all ${messages} are acknowledged, ${count.repeats} were sent again because no answer came`)
  return { texts, ...count, atCrash: atCrash as Outcome['crash'] }
}

/** Whether the server answered at all; a refusal is an answer, and an error. */
async function answered(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === undefined) throw error
    return false
  }
}

/** Waits until all devices show everything, or until nothing comes any more. */
async function arrived(devices: Device[], conv: number, expected: number): Promise<void> {
  const shown = () => devices.reduce((sum, device) => sum + device.texts(conv).length, 0)
  for (let [last, since] = [shown(), Date.now()]; last < expected * devices.length; ) {
    await pause(50)
    if (shown() !== last) [last, since] = [shown(), Date.now()]
    else if (Date.now() - since > patience) return
  }
}

type Histories = Record<keyof Outcome['histories'], Read[]>

async function readAll(vendors: Vendors, { tid, alias }: Team, tell: Tell): Promise<Histories> {
  const [tencent, netease, volcengine] = await Promise.all([
    readTencent(vendors, alias),
    readNetease(vendors, tid, owner),
    readVolcengine(vendors, tid),
  ])
  tell('tencent', `group_msg_get_simple reads ${tencent.length} messages`)
  tell('netease', `queryTeamMsg reads ${netease.length} messages`)
  tell('volcengine', `GetConversationMessages reads ${volcengine.length} messages`)
  return { tencent, netease, volcengine }
}

function judge(
  sent: Awaited<ReturnType<typeof sendAll>>,
  histories: Histories,
  devices: Device[],
  conv: number,
): Outcome {
  const received = Object.fromEntries(devices.map(device => [device.user, device.texts(conv)]))
  const { tencent, netease, volcengine } = histories
  const views = [...Object.values(received), ...Object.values(histories).map(textsOf)]
  const repeated = devices.filter(device => device.repeated() > 0).map(device => `${device.user}: told again`)
  const counts = views.map(timesIn)
  return {
    sent: sent.sent,
    acknowledged: sent.acknowledged,
    repeats: sent.repeats,
    crash: sent.atCrash,
    received,
    histories: { tencent: textsOf(tencent), netease: textsOf(netease), volcengine: textsOf(volcengine) },
    lost: sent.texts.filter(text => counts.some(times => !times.has(text))),
    doubled: [...sent.texts.filter(text => counts.some(times => (times.get(text) ?? 0) > 1)), ...repeated],
    agree:
      same(tencent, volcengine, ({ text, sender, number }) => [text, sender, number]) &&
      same(netease, volcengine, ({ text, sender, id }) => [text, sender, id]),
  }
}

function timesIn(texts: string[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1)
  return times
}

const textsOf = (read: Read[]) => read.map(({ text }) => text)

function same(one: Read[], other: Read[], shown: (read: Read) => unknown): boolean {
  return JSON.stringify(one.map(shown)) === JSON.stringify(other.map(shown))
}

/** Many messages a second are told a few times a second, in their order. */
function digest(tell: Tell): DeviceEvents {
  const waiting = new Map<string, string[]>()
  const away = new Set<string>()

  function flush(user: string) {
    const texts = waiting.get(user) ?? []
    waiting.delete(user)
    if (texts.length > 2) tell('device', `${user} receives ${texts[0]} … ${texts.at(-1)} (${texts.length})`)
    else if (texts.length > 0) tell('device', `${user} receives ${texts.join(', ')}`)
  }

  return {
    state(user, state) {
      if (state === 'waiting' && !away.has(user)) {
        flush(user)
        away.add(user)
        tell('device', `${user} lost the connection; the client comes back by itself`)
      } else if (state === 'online' && away.delete(user)) {
        flush(user)
        tell('device', `${user} is online again and has what it missed`)
      }
    },
    message(user, { parts = [] }) {
      const texts = waiting.get(user) ?? []
      if (texts.length === 0) setTimeout(flush, 150, user)
      waiting.set(user, texts)
      texts.push(parts.map(part => (part.type === 'text' ? `“${part.text}”` : `a ${part.type}`)).join(' '))
    },
  }
}
