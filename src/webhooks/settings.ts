import { z } from 'zod'

const webAddress = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })
const secret = z.string().min(1)

/** One back end; what is left out is as usual. */
const webhook = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(64)
      .refine(name => !name.startsWith('push.'), 'push. begins the names of push providers')
      .optional()
      .describe('unique within the app; the kind by default'),
    kind: z
      .enum(['tencent', 'netease', 'netease-copy', 'volcengine'])
      .describe("what the back end speaks: Tencent's webhooks, Yunxin's callbacks or copies, Volcengine's callbacks"),
    url: webAddress.describe('where it listens'),
    urls: z.record(z.string(), webAddress).default({}).describe('other addresses, by the env that a message names'),
    on: z.array(z.string().min(1)).default(['*']).describe('commands or events that are on; * = all of them'),
    secret: secret.optional().describe("Tencent's token, Volcengine's callback secret; Yunxin signs with appSecret"),
    timeout: z.int().min(100).max(60_000).default(2000).describe('how long an answer may take (ms)'),
    silence: z.enum(['pass', 'refuse']).default('pass').describe('what no answer to a question means'),
    tries: z.int().min(1).max(100).default(8).describe('how often an event is told that the back end refuses'),
    concurrency: z.int().min(1).max(256).default(16).describe('requests under way at a time'),
    templates: z.record(z.string(), z.unknown()).default({}).describe('bodies of your own making, by command or event'),
    ca: z.string().optional().describe('file with authorities besides the usual ones (PEM)'),
    cert: z.string().optional().describe('file with a certificate to show (PEM)'),
    key: z.string().optional().describe('file with its key (PEM)'),
  })
  .transform(given => ({ ...given, name: given.name ?? given.kind }))

/** The dialect whose questions count, as the configuration and the operator write it. */
export const home = z.enum(['tencent', 'netease', 'volcengine'])

/** The back ends of an app, as the configuration and the operator write them (`Webhook` of `core/apps/model.ts`). */
export const webhooks = z
  .array(webhook)
  .max(10)
  .refine(list => new Set(list.map(each => each.name)).size === list.length, 'two have the same name')
