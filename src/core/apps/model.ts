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
  /** Addresses or CIDR ranges that may call the server API; empty = everybody. */
  ipAllowList: string[]
  disabled: boolean
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
