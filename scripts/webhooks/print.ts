import { stripVTControlCharacters } from 'node:util'
import { stringify } from 'yaml'
import type { AppShown, EntryShown, ParkedShown, WebhookShown } from '../../src/operator/shown.ts'

/** All back ends of all apps, one line each. */
export function listText(apps: readonly AppShown[]): string {
  const lines = apps.flatMap(app => app.webhooks.map(webhook => [String(app.id), ...lineOf(webhook)]))
  if (lines.length === 0) return 'no app has a webhook'
  return tableOf(['app', 'name', 'kind', 'url', 'on', 'waiting', 'parked', 'state'], lines)
}

function lineOf({ settings, standing }: WebhookShown): string[] {
  const { name, kind, url, on } = settings
  const counts = standing ? [String(standing.waiting), String(standing.parked)] : ['-', '-']
  return [name, kind, url, onText(on), ...counts, stateOf(standing)]
}

function stateOf(standing: WebhookShown['standing']): string {
  if (!standing) return 'not delivered to'
  return standing.down ? 'does not answer' : 'ok'
}

const onText = (on: readonly string[]) => (on.length > 1 ? `${on[0]} and ${on.length - 1} more` : (on[0] ?? 'nothing'))

/** An app and what holds for it. */
export function appText({ id, name, home, changed, webhooks }: AppShown): string {
  const from = (run: boolean) => (run ? 'changed at run time' : 'as configured')
  const count = webhooks.length === 1 ? '1 webhook' : `${webhooks.length} webhooks`
  return `app ${id}${name && ` (${clean(name)})`}: home ${home} (${from(changed.home)}), ${count} (${from(changed.webhooks)})`
}

/** One back end: its settings as in the configuration, what it stands at, and what was set aside last. */
export function webhookText({ settings, standing }: WebhookShown, parked: ParkedShown | undefined): string {
  const counts = standing
    ? `${standing.waiting} waiting, ${standing.parked} parked, ${stateOf(standing)}`
    : stateOf(null)
  const aside = parked && parked.entries.length > 0 ? `\n${parkedText(parked)}` : ''
  return `${settings.name}: ${counts}\n${indented(stringify(settings).trimEnd())}${aside && indented(aside)}`
}

/** What is set aside for one back end. */
export function parkedText({ events, entries }: ParkedShown): string {
  if (entries.length === 0) return 'nothing is set aside'
  const shown = entries.reduce((sum, each) => sum + each.count, 0)
  const rest = shown < events ? `\n${events - shown} more events are older` : ''
  return tableOf(['set aside', 'lane', 'events', 'tries', 'what', 'why'], entries.map(entryLine)) + rest
}

function entryLine({ at, lane, from, to, tries, again, first, why }: EntryShown): string[] {
  const range = from === to ? String(from) : `${from}-${to}`
  const [event] = first
  const what = event ? `${event.type} of ${timeText(event.at)} (${clean(event.key)})` : ''
  return [
    timeText(at),
    String(lane),
    range,
    String(tries),
    what,
    `${again ? 'about to be told again; ' : ''}${clean(why)}`,
  ]
}

const timeText = (ms: number) => new Date(ms).toISOString()

/** Back ends and senders write parts of this, and nothing of it may move the cursor. */
const clean = (text: string) => stripVTControlCharacters(text).replace(/[\s\p{Cc}]+/gu, ' ')

const indented = (text: string) => text.replace(/^(?=.)/gm, '  ')

function tableOf(head: string[], lines: string[][]): string {
  const all = [head, ...lines]
  const widths = head.map((_, i) => Math.max(...all.map(line => line[i]?.length ?? 0)))
  return all
    .map(line =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
