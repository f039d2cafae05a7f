/** As much of an account as must be unique. */
interface Named {
  id: number
  keys: { accessKeyId: string }[]
  apps: { id: number; netease?: { appKey: string } }[]
}

/** Ids, keys and AppKeys must be unique over all accounts, because requests name nothing else. */
export function repeats(accounts: readonly Named[]): { path: PropertyKey[]; text: string } | undefined {
  const seen = new Map<string, true>()
  const first = (kind: string, value: string | number, path: PropertyKey[]) => {
    const name = `${kind} ${value}`
    if (seen.has(name)) return { path, text: `${name} is there twice` }
    seen.set(name, true)
    return undefined
  }
  for (const [i, account] of accounts.entries()) {
    const found =
      first('account', account.id, ['accounts', i, 'id']) ??
      account.keys.map((key, k) => first('access key', key.accessKeyId, ['accounts', i, 'keys', k])).find(Boolean) ??
      account.apps
        .map((app, k) => {
          const path = ['accounts', i, 'apps', k]
          const appKey = app.netease && first('AppKey', app.netease.appKey, [...path, 'netease', 'appKey'])
          return first('app', app.id, [...path, 'id']) ?? appKey
        })
        .find(Boolean)
    if (found) return found
  }
  return undefined
}
