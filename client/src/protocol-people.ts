/** What everybody may know of a user. */
export interface Person {
  user: string
  nick?: string
  avatar?: string
  gender?: 'unknown' | 'male' | 'female'
  signature?: string
  location?: string
  language?: number
  level?: number
  custom?: Record<string, string>
  robot?: boolean
}

/** What a user may know of themselves. */
export interface Oneself extends Person {
  email?: string
  mobile?: string
  /** YYYY-MM-DD. */
  birthday?: string
  role?: number
  /** Who may become a friend: anybody at once, those whom the user confirms, or nobody. */
  befriend?: 'anybody' | 'confirm' | 'nobody'
  noRequests?: boolean
  text?: string
}

/** A friend, with what the user keeps about them. */
export interface Friend {
  user: string
  /** When they were added (ms). */
  added: number
  remark?: string
  lists?: string[]
  source?: string
  /** Of the request. */
  words?: string
  text?: string
  /** What only the app's own server writes. */
  serverText?: string
  custom?: Record<string, string>
  ext?: Record<string, string>
  who?: Person
}

/** A friend request: `user` asked, or among those that were sent was asked. */
export interface FriendRequest {
  user: string
  time: number
  words?: string
  source?: string
  who?: Person
}

/** Something that happened to this user: a friend request, an answer, a notification. Kinds may be added. */
export interface Note {
  /** Its number among the user's notes; 0 for one that is passing. */
  number: number
  time: number
  kind: string
  /** Who did it; '' for the server. */
  from: string
  data: Record<string, unknown>
}

/** A user's presence. */
export interface Presence {
  user: string
  /** Connected; away but reachable by push; or neither. */
  status: 'online' | 'push' | 'offline'
  platforms: { platform: string; status: string; said?: Said }[]
  /** When they were last connected (ms), if they are not now and ever were. */
  seen?: number
  /** What they say they are doing. */
  text?: string
}

/** What a device says of itself beside its user's status, until then (ms) or until it goes. */
export interface Said {
  value?: number
  config?: string
  until: number
}

/** An event that a user published; what kind, value and config mean is the app's. It holds until then (ms). */
export interface PublishedEvent {
  user: string
  kind: number
  id: number
  value: number
  config?: string
  /** Of the device that published it. */
  platform: string
  time: number
  until: number
  /** `online`: it was for who was connected then. */
  scope: 'online' | 'all'
}

/** A connected device of the user. */
export interface Device {
  session: string
  platform: string
  device: string
  /** ms. */
  since: number
  sdk?: string
  tag?: string
  /** It is this one. */
  own: boolean
}

/** A sign-in of the user, or the end of one. */
export interface DeviceEvent {
  number: number
  time: number
  what: string
  why?: string
  session: string
  platform?: string
  device?: string
  address?: string
}

/** Where a page of a list about users ended. */
export interface UserPlace {
  time: number
  user: string
}
