import type { Notice } from '../../core/messages/content.ts'

/** The `ope` of a team notification for what the server says; `netease-im/history.json`, attach ids of `callbacks.json`. */
const opes: Record<Notice['what'], number> = {
  created: 0,
  invited: 0,
  kicked: 1,
  left: 2,
  changed: 3,
  dismissed: 4,
  joined: 5,
  owner: 6,
  'manager.set': 7,
  'manager.unset': 8,
  accepted: 9,
  muted: 10,
  unmuted: 10,
}

const joinModes: Record<string, number> = { open: 0, approval: 1, closed: 2 }

/** The body of a type 5 message in a team's history; `time` in ms. */
export function noticeBody(notice: Notice, tid: number, time: number): Record<string, unknown> {
  const { name, description, notice: announcement, join } = notice.changes ?? {}
  return {
    tid,
    tname: name,
    ope: opes[notice.what],
    accids: notice.users,
    intro: description,
    announcement,
    joinmode: typeof join === 'string' ? joinModes[join] : undefined,
    mute: opes[notice.what] === opes.muted ? Number(notice.what === 'muted') : undefined,
    attach: notice.ext,
    updatetime: time,
  }
}
