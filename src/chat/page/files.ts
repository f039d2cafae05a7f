import type { Client, Part } from '../../../client/src/client.ts'

/** Hands a file in and gives the part of a message that refers to it; rejects with what the server says. */
export async function handIn(client: Client, file: File): Promise<Part> {
  const [{ token }, area] = await Promise.all([client.call<{ token: string }>('file.token'), areaOf(file)])
  const type = file.type || 'application/octet-stream'
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  const reply = await fetch(`/files?name=${encodeURIComponent(file.name)}`, { method: 'POST', headers, body: file })
  const said = await reply.json()
  if (!reply.ok) throw Object.assign(new Error(said.text), { code: said.code })
  const { url, size, name } = said as { url: string; size: number; name: string }
  const format = /\.(\w{1,8})$/.exec(name)?.[1]?.toLowerCase()
  const common = { url, uuid: new URL(url).pathname.split('/')[2], name, size, format }
  if (isPicture(type)) return { type: 'image', ...common, ...area }
  if (type.startsWith('video/')) return { type: 'video', ...common }
  if (type.startsWith('audio/')) return { type: 'audio', ...common }
  return { type: 'file', ...common }
}

/** Whether a file is shown as a picture. */
export function isPicture(type: string): boolean {
  return /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(type)
}

async function areaOf(file: File): Promise<{ width?: number; height?: number }> {
  if (!isPicture(file.type)) return {}
  try {
    const bitmap = await createImageBitmap(file)
    const { width, height } = bitmap
    bitmap.close()
    return { width, height }
  } catch {
    return {}
  }
}

/** An address that may be shown or followed: of the web, or of this page's own. */
export function safeUrl(url: string | undefined): string | undefined {
  try {
    const parsed = new URL(url ?? '', location.href)
    return url && ['http:', 'https:', 'blob:'].includes(parsed.protocol) ? parsed.href : undefined
  } catch {
    return undefined
  }
}
