import type { DeviceRules } from '../presence/rules.ts'

/** One tenant, with its credentials in each dialect. From `magpie.yaml`, or made at the first start. */
export interface App {
  id: number
  account: number
  name: string
  /** The dialect whose before-hooks are asked, when several have them. */
  home: 'tencent' | 'netease' | 'volcengine'
  tencent?: { secretKey: string; admins: string[] }
  netease?: { appKey: string; appSecret: string }
  volcengine?: { rtcAppId: string; rtcAppKey: string }
  /** Signs the tokens with which end users sign in without a vendor's credentials. */
  native?: { secret: string }
  /** Addresses or CIDR ranges that may call the server API; empty = everybody. */
  ipAllowList: string[]
  disabled: boolean
  /** Which devices of a user may be connected at the same time; `usualDevices` when absent. */
  devices?: DeviceRules
  /** Users of a pair do not see how far the other has read. */
  hidesReads?: boolean
  /** The app's own back ends that are asked and told; at most one of a name. */
  webhooks: Webhook[]
  /** Who brings word to devices that are away; at most one of a name. */
  push?: PushProvider[]
}

/**
 * What a back end listens to: Tencent's webhooks, Yunxin's third-party callbacks, Yunxin's message copies, or
 * Volcengine's callbacks.
 */
export type WebhookKind = 'tencent' | 'netease' | 'netease-copy' | 'volcengine'

/** One back end of an app that is asked before things happen and told of them afterwards. */
export interface Webhook {
  /** Unique within the app; deliveries go on under this name. */
  name: string
  kind: WebhookKind
  /** http or https. */
  url: string
  /** Other addresses, by the `env` that a message names. */
  urls: Record<string, string>
  /** Commands or events that are on, by their ids in the catalogue; `*` = all of them. */
  on: string[]
  /** Tencent's token, Volcengine's callback secret; Yunxin signs with the app's AppSecret. */
  secret?: string
  /** How long an answer may take (ms). */
  timeout: number
  /** What no answer, or none that can be read, means to a question. */
  silence: 'pass' | 'refuse'
  /** How often an event is told that the back end refuses, before it is set aside. */
  tries: number
  /** Requests under way at a time. */
  concurrency: number
  /** Bodies of the app's own making for single commands or events, by id. */
  templates: Record<string, unknown>
  /** Files (PEM): authorities besides the usual ones, and a certificate with its key to show to the back end. */
  ca?: string
  cert?: string
  key?: string
}

/** An access key of an account (AK/SK). A sub-user's key may call only the actions of its policy. */
export interface AccessKey {
  account: number
  accessKeyId: string
  secretAccessKey: string
  /** Present for a sub-user: its name, and the actions it may call ("*" = all; trailing * allowed). Absent policy = none. */
  subUser?: { name: string; actions: string[] }
}

/** Who owns apps and access keys. */
export interface Account {
  id: number
  name: string
  keys: AccessKey[]
  apps: App[]
}

/** One of an app's push providers; files are named by their paths. */
export type PushProvider =
  /** A back end of the app's own that delivers pushes itself. */
  | (PushCommon & { kind: 'webhook'; url: string; secret: string })
  /** The push services of browsers. */
  | (PushCommon & { kind: 'web-push'; subject: string; publicKey: string; privateKey: string })
  /** Apple's. */
  | (PushCommon & {
      kind: 'apns'
      keyId: string
      teamId: string
      key: string
      topic: string
      sandbox: boolean
      url?: string
      payloadKey: string
    })
  /** Firebase's; the account is its JSON key, or a file with it. */
  | (PushCommon & {
      kind: 'fcm'
      account: string | PushAccount
      project?: string
      url: string
      tokenUrl?: string
      payloadKey: string
    })

/** What is set of every push provider. */
interface PushCommon {
  /** Unique within the app; devices bring their tokens under this name. */
  name: string
  /** How long an answer may take (ms). */
  timeout: number
  /** File (PEM) with authorities besides the usual ones. */
  ca?: string
}

/** A service account of Google's. */
export interface PushAccount {
  [field: string]: unknown
  project_id: string
  private_key_id: string
  private_key: string
  client_email: string
  token_uri: string
}
