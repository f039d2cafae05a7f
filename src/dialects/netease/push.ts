import type { Wishes } from '../../core/messages/wishes.ts'
import type { Message } from '../../core/model.ts'

/**
 * What only Yunxin says of a push, in plain words: `needPushNick`, `forcepushcontent`, and the fields of `payload` that push
 * services know. Whom `forcepushlist` and `forcepushall` name is told also where they muted the team.
 */
export function pushWishes({ push }: Message): Wishes {
  const { needPushNick = true, forcepushcontent } = said(push?.native?.netease)
  const { pushTitle, apsField, fcmFieldV1, ...others } = fieldsOf(push?.payload)
  const options = {
    ...(isFields(apsField) && { apns: { aps: apsField } }),
    ...(isFields(fcmFieldV1) && { fcm: { notification: fcmFieldV1 } }),
    ...(Object.keys(others).length > 0 && { netease: others }),
  }
  return {
    title: typeof pushTitle === 'string' ? pushTitle : undefined,
    mentioned: forcepushcontent,
    nick: needPushNick,
    overMute: 'mentioned',
    options: Object.keys(options).length > 0 ? options : undefined,
  }
}

function said(native: Record<string, unknown> = {}): { needPushNick?: boolean; forcepushcontent?: string } {
  return native
}

function fieldsOf(payload: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload ?? '')
    return isFields(value) ? value : {}
  } catch {
    return {}
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
