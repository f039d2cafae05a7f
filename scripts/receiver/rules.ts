import { parse as parseYaml, YAMLError } from 'yaml'
import { z } from 'zod'
import { objectIn } from './received.ts'

/** What to do with a webhook. */
export type Action =
  | { do: 'allow' }
  /** `code` and `text` where the vendor has a place for them. */
  | { do: 'refuse'; code?: number; text?: string }
  /** Lets the sender believe that all went well; a plain refusal where the vendor knows no such thing. */
  | { do: 'drop' }
  /** Allows, with these fields in the reply. */
  | { do: 'change'; fields: Record<string, unknown> }
  | { do: 'fail'; status: number }
  /** Cuts the connection without a reply. */
  | { do: 'close' }
  /** 200 with text that is not JSON. */
  | { do: 'garbage' }
  | { do: 'redirect'; url: string }
  /** 200 with a body that never ends. */
  | { do: 'stream' }

/** Which webhooks to answer how. */
export interface Rule {
  /** A command or event as in `Received.id`; * stands for anything. */
  on: string
  action: Action
  /** ms before the answer. */
  delay?: number
  /** Only for so many webhooks; for all when absent. */
  times?: number
}

/** Reads `<command or event>: [delay <ms>] <what> [times <n>]`. RangeError says what is wrong with it. */
export function parseRule(text: string): Rule {
  const match = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/s.exec(text)
  if (!match) throw new RangeError(`"${text}" is not "<command or event>: <what>"`)
  const [, on = '', what = ''] = match
  const times = /^(.*?)\s+times\s+(\d+)$/s.exec(what)
  const delay = /^delay\s+(\d+)(?:\s+(.*))?$/s.exec(times?.[1] ?? what)
  const rest = delay ? (delay[2] ?? 'allow') : (times?.[1] ?? what)
  return {
    on,
    action: parseAction(rest),
    ...(delay && { delay: Number(delay[1]) }),
    ...(times && { times: Number(times[2]) }),
  }
}

function parseAction(text: string): Action {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? []
  const known = Object.hasOwn(actions, name) ? actions[name as Action['do']] : undefined
  const action = known?.(rest)
  if (action) return action
  throw new RangeError(`"${text}" is none of: ${forms.join(', ')}`)
}

/** All that a rule can say. */
export const forms = [
  'allow',
  'refuse [code] [text]',
  'drop',
  'delay <ms> [what]',
  'change <JSON object>',
  'fail <status>',
  'close',
  'garbage',
  'redirect <url>',
  'stream',
]

const alone =
  <T extends Action>(action: T) =>
  (rest: string) =>
    rest === '' ? action : undefined

const actions: { [name in Action['do']]: (rest: string) => Action | undefined } = {
  allow: alone({ do: 'allow' }),
  drop: alone({ do: 'drop' }),
  close: alone({ do: 'close' }),
  garbage: alone({ do: 'garbage' }),
  stream: alone({ do: 'stream' }),
  refuse(rest) {
    const [, code, text] = /^(\d+(?=\s|$))?\s*(.*)$/s.exec(rest) ?? []
    return { do: 'refuse', ...(code && { code: Number(code) }), ...(text && { text }) }
  },
  change(rest) {
    const fields = objectIn(rest)
    return fields && { do: 'change', fields }
  },
  fail: rest => (/^[2-5]\d\d$/.test(rest) ? { do: 'fail', status: Number(rest) } : undefined),
  redirect: rest => (URL.canParse(rest) ? { do: 'redirect', url: rest } : undefined),
}

const file = z.array(z.union([z.string(), z.record(z.string(), z.string())]))

/** Reads a YAML list of rules, each as text or as `<command or event>: <what>`. RangeError says what is wrong with it. */
export function readRules(yaml: string): Rule[] {
  const { data, success } = file.safeParse(parsed(yaml) ?? [])
  if (!success) throw new RangeError('expected a list of "<command or event>: <what>"')
  return data
    .flatMap(each => (typeof each === 'string' ? [each] : Object.entries(each).map(([on, what]) => `${on}: ${what}`)))
    .map(parseRule)
}

function parsed(yaml: string): unknown {
  try {
    return parseYaml(yaml)
  } catch (error) {
    throw error instanceof YAMLError ? new RangeError(error.message) : error
  }
}

/** Finds the first rule that fits and is not used up, and counts it; `allow` when none does. */
export function openRules(rules: readonly (Rule | string)[]): (id: string) => Rule {
  const open = rules.map(given => {
    const rule = typeof given === 'string' ? parseRule(given) : given
    return { rule, fits: fitting(rule.on), left: rule.times ?? Number.POSITIVE_INFINITY }
  })
  return id => {
    const found = open.find(each => each.left > 0 && each.fits(id))
    if (!found) return allowAll
    found.left--
    return found.rule
  }
}

const allowAll: Rule = { on: '*', action: { do: 'allow' } }

function fitting(on: string): (id: string) => boolean {
  if (!on.includes('*')) return id => id === on
  const pattern = new RegExp(`^${on.split('*').map(RegExp.escape).join('.*')}$`, 's')
  return id => pattern.test(id)
}

/** The rule as people read it, on one line. */
export function describeRule({ action: { do: name, ...details }, delay }: Rule): string {
  const late = delay === undefined ? '' : `after ${delay} ms: `
  return late + [name, ...Object.values(details).map(said)].join(' ')
}

const said = (value: unknown) => (typeof value === 'object' ? Object.keys(value ?? {}).join(', ') : String(value))
