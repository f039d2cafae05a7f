import { z } from 'zod'
import { wrongP256, wrongRsa, wrongVapid } from './keys.ts'

const text = z.string().min(1)
const webAddress = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })
const origin = webAddress.refine(
  url => !URL.canParse(url) || new URL(url).pathname === '/',
  'expected an address without a path',
)
const tenCharacters = z.string().regex(/^[A-Z0-9]{10}$/, 'expected the 10 letters and digits that Apple shows')

const common = {
  name: text.max(64).optional().describe('unique within the app; the kind by default'),
  timeout: z.int().min(100).max(60_000).default(10_000).describe('how long an answer may take (ms)'),
  ca: text.optional().describe('file with authorities besides the usual ones (PEM)'),
}
const payloadKey = z
  .string()
  .default('payload')
  .describe("under which name a device finds the app's data; '' = the fields of its JSON object stand by themselves")

const webhook = z.strictObject({
  ...common,
  kind: z.literal('webhook'),
  url: webAddress.describe('where the back end listens that delivers pushes itself'),
  secret: text.describe('signs, as Standard Webhooks says: whsec_ and base64, or any text'),
})

const webPush = z
  .strictObject({
    ...common,
    kind: z.literal('web-push'),
    subject: z
      .string()
      .regex(/^(mailto:\S+@\S+|https:\/\/\S+)$/, 'expected mailto:somebody@example.com or an https URL')
      .describe('where push services reach who runs this'),
    publicKey: text.describe('the VAPID key with which browsers subscribe (base64url)'),
    privateKey: text.describe('its other half (base64url), or the file that holds it'),
  })
  .superRefine(({ publicKey, privateKey }, context) => {
    const wrong = isVapidKey(privateKey) ? wrongVapid(publicKey, privateKey) : undefined
    if (wrong) context.addIssue({ code: 'custom', message: wrong })
  })

const apns = z.strictObject({
  ...common,
  kind: z.literal('apns'),
  keyId: tenCharacters.describe("the key's id"),
  teamId: tenCharacters.describe("the team's id"),
  key: text
    .superRefine((key, context) => {
      const wrong = isPem(key) ? wrongP256(key) : undefined
      if (wrong) context.addIssue({ code: 'custom', message: wrong })
    })
    .describe('the key (.p8): PEM text, or the file that holds it'),
  topic: text.describe("the app's bundle id"),
  sandbox: z.boolean().default(false).describe("Apple's development service instead of the production one"),
  url: origin.optional().describe("something that stands in for Apple's service"),
  payloadKey,
})

/** A service account's JSON key file. */
export const serviceAccount = z.looseObject({
  project_id: text,
  private_key_id: text,
  private_key: text.superRefine((key, context) => {
    const wrong = wrongRsa(key)
    if (wrong) context.addIssue({ code: 'custom', message: wrong })
  }),
  client_email: text,
  token_uri: webAddress.default('https://oauth2.googleapis.com/token'),
})

const fcm = z.strictObject({
  ...common,
  kind: z.literal('fcm'),
  account: z
    .union([serviceAccount, text], { error: wrongAccount })
    .describe("the service account's JSON key, or the file that holds it"),
  project: text.optional().describe("the Firebase project, if it is not the account's own"),
  url: origin.default('https://fcm.googleapis.com').describe("Google's service, or something that stands in for it"),
  tokenUrl: webAddress.optional().describe("where access tokens come from, if not from the account's token_uri"),
  payloadKey,
})

// Of a union's failures only those of the object help whoever wrote one.
function wrongAccount(issue: z.core.$ZodRawIssue): string {
  const [ofObject] = (issue.code === 'invalid_union' && issue.errors[0]) || []
  return ofObject?.path.length ? `${ofObject.path.join('.')}: ${ofObject.message}` : 'expected a JSON key or its file'
}

/** One provider of an app, as the configuration writes it. */
export const pushProvider = z
  .discriminatedUnion('kind', [webhook, webPush, apns, fcm], {
    error: issue => (issue.code === 'invalid_union' ? 'expected webhook, web-push, apns or fcm' : undefined),
  })
  .transform(given => ({ ...given, name: given.name ?? given.kind }))

/** The push providers of an app. */
export const pushProviders = z
  .array(pushProvider)
  .max(20)
  .refine(list => new Set(list.map(each => each.name)).size === list.length, 'two have the same name')

/** One provider, with its defaults. Key material may still be the name of a file; `openPush` reads it. */
export type PushProvider = z.output<typeof pushProvider>

/** Whether this is a key itself, and not the name of its file. */
export function isPem(key: string): boolean {
  return key.trimStart().startsWith('-----BEGIN')
}

/** Whether this is half of a VAPID pair itself, and not the name of its file. */
export function isVapidKey(key: string): boolean {
  return /^[\w-]{43}$/.test(key)
}
