import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Core } from '../core/core.ts'
import { Fault, type Reason } from '../core/errors.ts'
import type { StoredFile } from '../core/files/model.ts'
import { type Blobs, BlobTooLarge } from '../storage/blobs/blobs.ts'
import { disposition, nameOf, rangeOf, typeOf } from './file-headers.ts'

/** What may be handed in, and how it is found again. */
export interface FileSettings {
  /** The largest file, in bytes. */
  most: number
  /** Where this server is for everybody, such as https://chat.example.com; by default as the uploader reached it. */
  url?: string
}

/** Files that one user may be handing in at the same time. */
const atOnce = 4
/** How long somebody may say nothing in the middle of a file, and how long a refused one is still listened to (ms). */
const patience = { silence: 30_000, refused: 5000 }

/** Pages of everywhere may hand in and show files: what proves who somebody is stands in the token, not in a cookie. */
const everywhere = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

/** Whatever a file says it is: nobody guesses its type, and it does nothing and loads nothing when it is opened. */
const harmless = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'referrer-policy': 'no-referrer',
}

/** The id says which bytes it are, and they never change. */
const cached = 'public, max-age=31536000, immutable'

const statuses: Partial<Record<Reason, number>> = {
  'request.large': 413,
  'caller.unknown': 401,
  'caller.signature': 401,
  'caller.expired': 401,
  'rate.exceeded': 429,
  'store.unavailable': 503,
  'store.conflict': 503,
  'request.invalid': 400,
}

/** Routes for files: `POST /files?name=…` for users with a token of `file.token`, `GET /files/<id>/<name>` for everybody. */
export function fileRoutes(core: Core, blobs: Blobs, settings: FileSettings) {
  const underWay = new Map<string, number>()

  async function upload(request: FastifyRequest, reply: FastifyReply) {
    reply.headers(everywhere)
    try {
      const kept = await receive(request)
      const url = `${settings.url ?? `${request.protocol}://${request.host}`}${pathOf(kept)}`
      const { size, type, name } = kept
      return await reply.code(201).header('location', pathOf(kept)).send({ url, size, type, name })
    } catch (error) {
      return refuse(request, reply, error)
    }
  }

  async function receive(request: FastifyRequest): Promise<StoredFile> {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (!token) throw new Fault('caller.unknown', 'expected Authorization: Bearer and a token of file.token')
    const { app, user } = await core.files.bearer(token)
    if (Number(request.headers['content-length'] ?? 0) > settings.most) throw tooLarge()
    await core.files.admit(app.id, user)
    const owner = `${app.id}/${user}`
    const others = underWay.get(owner) ?? 0
    if (others >= atOnce) throw new Fault('rate.exceeded', `${atOnce} files are under way already`)
    underWay.set(owner, others + 1)
    try {
      const about = { app: app.id, user, type: request.headers['content-type'] as string, name: nameOf(request.url) }
      return await keep(request, about)
    } finally {
      const left = (underWay.get(owner) as number) - 1
      if (left > 0) underWay.set(owner, left)
      else underWay.delete(owner)
    }
  }

  async function keep(request: FastifyRequest, about: Pick<StoredFile, 'app' | 'user' | 'type' | 'name'>) {
    const { id, size } = await blobs.put(heard(request), settings.most)
    try {
      return await core.files.keep({ id, size, ...about })
    } catch (error) {
      // Bytes that nobody knows of would stay for ever.
      await blobs.remove(id).catch(() => {})
      throw error
    }
  }

  function tooLarge(): Fault {
    return new Fault('request.large', `a file has at most ${settings.most} bytes`)
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown) {
    const { raw } = request
    // Who is still sending gets to read the answer before the line is cut.
    if (!raw.complete) {
      const cut = setTimeout(() => raw.destroy(), patience.refused)
      raw.once('close', () => clearTimeout(cut)).resume()
    }
    if (raw.errored || raw.destroyed) return reply.hijack()
    const fault = faultOf(error)
    if (fault.reason === 'internal') core.log.error({ err: error }, 'a file could not be kept')
    if (fault.reason === 'caller.unknown') reply.header('www-authenticate', 'Bearer')
    return reply.code(statuses[fault.reason] ?? (fault.reason === 'internal' ? 500 : 403)).send({
      code: fault.reason,
      text: fault.message,
    })
  }

  function faultOf(error: unknown): Fault {
    if (error instanceof Fault) return error
    if (error instanceof BlobTooLarge) return tooLarge()
    if (error instanceof Error && error.name === 'StoreUnavailable')
      return new Fault('store.unavailable', 'the file could not be kept')
    return new Fault('internal')
  }

  async function download(request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply) {
    const file = await core.files.find(request.params.id)
    reply.headers({ ...everywhere, ...harmless })
    if (!file) return reply.code(404).send({ code: 'file.missing', text: 'there is no such file' })
    const etag = `"${file.id}"`
    reply.headers({ etag, 'cache-control': cached, 'accept-ranges': 'bytes' })
    if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send()
    const { range, 'if-range': only } = request.headers
    const part = only === undefined || only === etag ? rangeOf(range, file.size) : undefined
    if (part === 'outside') return reply.code(416).header('content-range', `bytes */${file.size}`).send()
    reply.headers({ 'content-type': file.type, 'content-disposition': disposition(file) })
    reply.header('content-length', (part?.to ?? file.size) - (part?.from ?? 0))
    if (part) reply.code(206).header('content-range', `bytes ${part.from}-${part.to - 1}/${file.size}`)
    if (request.method === 'HEAD') return reply.send()
    const found = await blobs.get(file.id, part)
    // Whoever asked may have gone meanwhile: nobody would end the stream then.
    if (found && reply.raw.destroyed) {
      found.bytes.destroy()
      return reply.hijack()
    }
    if (found) return reply.send(found.bytes)
    core.log.error({ file: file.id }, 'the bytes of a file are not there')
    for (const name of ['content-length', 'content-range', 'cache-control', 'etag']) reply.removeHeader(name)
    return reply.code(404).type('application/json').send({ code: 'file.missing', text: 'there is no such file' })
  }

  return (app: FastifyInstance): void => {
    app.removeAllContentTypeParsers()
    app.addHook('onRequest', async ({ raw }) => {
      raw.headers['content-type'] = typeOf(raw.headers['content-type'])
    })
    // Nothing is read before it is known who sends it.
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    app.options('/files', async (_request, reply) =>
      reply
        .code(204)
        .headers({
          ...everywhere,
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-max-age': '86400',
        })
        .send(),
    )
    app.post('/files', upload)
    app.route({ method: ['GET', 'HEAD'], url: '/files/:id/*', exposeHeadRoute: false, handler: download as never })
  }
}

function pathOf({ id, name }: StoredFile): string {
  return `/files/${id}/${encodeURIComponent(name)}`
}

/** The body as it comes; ends in an error when nothing comes for long. */
async function* heard(request: FastifyRequest): AsyncGenerator<Uint8Array> {
  const raw: Readable = request.raw
  const late = setTimeout(() => raw.destroy(new Error('nothing came for long')), patience.silence)
  try {
    // Whoever stops in the middle still answers on the same line.
    for await (const piece of raw.iterator({ destroyOnReturn: false })) {
      late.refresh()
      yield piece
    }
  } finally {
    clearTimeout(late)
  }
}
