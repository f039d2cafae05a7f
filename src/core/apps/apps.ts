import type { AccessKey, Account, App } from './model.ts'

/** The apps and keys of this server, looked up by every credential that names one. */
export interface Apps {
  all(): App[]
  accounts(): Account[]
  byId(id: number): App | undefined
  /** NetEase's AppKey. */
  byAppKey(appKey: string): App | undefined
  /** An access key, sub-users' keys included. */
  accessKey(id: string): AccessKey | undefined
}

/** Builds the directory from the configuration. Ids and keys are unique; the configuration has made sure of it. */
export function openApps(accounts: Account[]): Apps {
  const all = accounts.flatMap(account => account.apps)
  const byId = new Map(all.map(app => [app.id, app]))
  const byAppKey = new Map(all.flatMap(app => (app.netease ? [[app.netease.appKey, app] as const] : [])))
  const keys = new Map(accounts.flatMap(account => account.keys.map(key => [key.accessKeyId, key] as const)))
  return {
    all: () => all,
    accounts: () => accounts,
    byId: id => byId.get(id),
    byAppKey: appKey => byAppKey.get(appKey),
    accessKey: id => keys.get(id),
  }
}
