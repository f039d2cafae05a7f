import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import type { AccessKey, Account, App } from './core/apps/model.ts'
import { checkSum } from './dialects/netease/auth.ts'
import { signatureOf } from './dialects/tencent/usersig.ts'
import { algorithm, canonicalRequest, sha256, sign, signingKey, stringToSign } from './dialects/volcengine/signature.ts'

/** How long the printed UserSig holds, in seconds. The other two dialects sign the moment: good for minutes only. */
const validity = 180 * 86_400

/** What a person needs to begin: for each app its base URLs, its credentials, and one signed call that really works. */
export function welcome(accounts: readonly Account[], base: string, now = Date.now()): string {
  return accounts.flatMap(account => account.apps.map(app => appText(account, app, base, now))).join('\n')
}

function appText(account: Account, app: App, base: string, now: number): string {
  const key = account.keys.find(each => !each.subUser)
  const lines = [`App ${app.id} (${app.name || 'unnamed'}) of account ${account.id}`]
  if (app.tencent) lines.push('', ...tencentText(app.id, app.tencent, base, now))
  if (app.netease) lines.push('', ...neteaseText(app.netease, base, now))
  if (key) lines.push('', ...volcengineText(app.id, key, base, now))
  if (app.volcengine)
    lines.push('', `  Volcengine app key    ${app.volcengine.rtcAppKey} (signs the tokens of end users)`)
  if (app.native)
    lines.push('', `  Own sign-in           secret ${app.native.secret} (signs tokens of end users: JWT, HS256)`)
  return `${lines.join('\n')}\n`
}

function tencentText(sdkappid: number, app: NonNullable<App['tencent']>, base: string, now: number): string[] {
  const admin = app.admins[0] ?? 'administrator'
  const sig = userSig(sdkappid, app.secretKey, admin, Math.floor(now / 1000))
  const query = `sdkappid=${sdkappid}&identifier=${admin}&usersig=${sig}&random=${random32()}&contenttype=json`
  return [
    `  Tencent Cloud IM      ${base}/v4/…`,
    `    sdkappid ${sdkappid}, secret key ${app.secretKey}, administrator ${admin}`,
    `    curl -d '{"UserID":"u_1","Nick":"Ann"}' '${base}/v4/im_open_login_svc/account_import?${query}'`,
  ]
}

function userSig(sdkappid: number, secretKey: string, identifier: string, time: number): string {
  const ticket = { identifier, sdkappid, time, expire: validity }
  const document = {
    'TLS.ver': '2.0',
    'TLS.identifier': identifier,
    'TLS.sdkappid': sdkappid,
    'TLS.time': time,
    'TLS.expire': validity,
    'TLS.sig': signatureOf(ticket, secretKey).toString('base64'),
  }
  const packed = deflateSync(JSON.stringify(document)).toString('base64')
  return packed.replace(/[+/=]/g, char => (char === '+' ? '*' : char === '/' ? '-' : '_'))
}

function neteaseText(app: NonNullable<App['netease']>, base: string, now: number): string[] {
  const nonce = randomBytes(8).toString('hex')
  const curTime = String(Math.floor(now / 1000))
  const headers = {
    AppKey: app.appKey,
    Nonce: nonce,
    CurTime: curTime,
    CheckSum: checkSum(app.appSecret, nonce, curTime),
  }
  const flags = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`)
  return [
    `  NetEase Yunxin IM     ${base}/nimserver/…`,
    `    AppKey ${app.appKey}, AppSecret ${app.appSecret}`,
    `    curl ${flags.join(' ')} -d 'accid=u_2&name=Bob' '${base}/nimserver/user/create.action'   # good for 5 minutes`,
  ]
}

function volcengineText(appId: number, key: AccessKey, base: string, now: number): string[] {
  const body = JSON.stringify({ AppId: appId, Users: [{ UserId: 1003, NickName: 'Carol' }] })
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = { date: time.slice(0, 8), region: 'cn-north-1', service: 'rtc' }
  const query = [
    ['Action', 'RegisterUsers'],
    ['Version', '2020-12-01'],
  ] as const
  const host = new URL(base).host
  const signed = [
    ['content-type', 'application/json'],
    ['host', host],
    ['x-date', time],
  ] as const
  const canonical = canonicalRequest({ method: 'POST', path: '/', query, headers: signed, bodyHash: sha256(body) })
  const signature = sign(signingKey(key.secretAccessKey, scope), stringToSign(time, scope, canonical))
  const credential = `${key.accessKeyId}/${scope.date}/${scope.region}/${scope.service}/request`
  const names = signed.map(([name]) => name).join(';')
  const authorization = `${algorithm} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`
  return [
    `  Volcengine IM         ${base}/?Action=…`,
    `    AppId ${appId}, access key ${key.accessKeyId}, secret ${key.secretAccessKey}`,
    `    curl -H 'Content-Type: application/json' -H 'X-Date: ${time}' -H 'Authorization: ${authorization}' -d '${body}' '${base}/?Action=RegisterUsers&Version=2020-12-01'   # good for 15 minutes`,
  ]
}

function random32(): number {
  return randomBytes(4).readUInt32BE()
}
