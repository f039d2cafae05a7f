/** What to write into Magpie's configuration of an app, so that its webhooks come to this address. YAML. */
export function settingsFor(url: string, secrets: { tencent?: string; volcengine?: string } = {}): string {
  const written = (secret: string | undefined) => (secret === undefined ? '<secret>' : JSON.stringify(secret))
  return [
    'webhooks:',
    `  - { kind: tencent, url: ${url}, secret: ${written(secrets.tencent)} }`,
    `  - { kind: netease, url: ${url} }`,
    `  - { kind: netease-copy, url: ${url} }`,
    `  - { kind: volcengine, url: ${url}, secret: ${written(secrets.volcengine)} }`,
  ].join('\n')
}
