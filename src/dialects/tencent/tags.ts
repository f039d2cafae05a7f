import { z } from 'zod'
import type { Profile } from '../../core/model.ts'
import { Refusal } from '../dialect.ts'
import { entryOf, uint32 } from './shapes.ts'

/** What a profile field holds on the wire. */
type Value = string | number

/** Custom texts in a profile. */
const mostCustom = 20

/** How one tag reads and writes the core's profile. */
export interface Tag {
  read(profile: Profile): Value | undefined
  /** Refusal 40610 for a wrong JSON type, 40605 for a value outside the list, 40601 for one that is too long. */
  write(value: unknown): Profile
}

const standard: Record<string, Tag> = {
  Tag_Profile_IM_Nick: text('nick', 500),
  Tag_Profile_IM_Gender: oneOf('gender', {
    Gender_Type_Unknown: 'unknown',
    Gender_Type_Female: 'female',
    Gender_Type_Male: 'male',
  }),
  Tag_Profile_IM_BirthDay: {
    read: profile => (profile.birthday === undefined ? undefined : readDay(profile.birthday)),
    write: value => ({ birthday: writeDay(number(value)) }),
  },
  Tag_Profile_IM_Location: text('location', 16),
  Tag_Profile_IM_SelfSignature: text('signature', 500),
  Tag_Profile_IM_AllowType: oneOf('befriend', {
    AllowType_Type_NeedConfirm: 'confirm',
    AllowType_Type_AllowAny: 'anybody',
    AllowType_Type_DenyAny: 'nobody',
  }),
  Tag_Profile_IM_Language: integer('language'),
  Tag_Profile_IM_Image: text('avatar', 500),
  Tag_Profile_IM_AdminForbidType: oneOf('noRequests', {
    AdminForbid_Type_None: false,
    AdminForbid_Type_SendOut: true,
  }),
  Tag_Profile_IM_Level: integer('level'),
  Tag_Profile_IM_Role: integer('role'),
}

/** The tag of this name: a standard one, or a custom one of up to 8 letters; Refusal 40009 for any other. */
function tagOf(name: string): Tag {
  const tag = entryOf(standard, name) ?? customTag(name)
  if (!tag) throw new Refusal(40009, `there is no tag ${name}`)
  return tag
}

/** The named tags, each once; Refusal 40009 for a name that is none, and for more custom ones than a profile has. */
export function tagsOf(names: readonly string[]): Map<string, Tag> {
  const tags = new Map(names.map(name => [name, tagOf(name)]))
  demandRoom([...tags.keys()].filter(name => !Object.hasOwn(standard, name)))
  return tags
}

/** The profile that written items make, the last of a repeated tag counting. */
export function profileOf(items: readonly { Tag: string; Value?: unknown }[]): Profile {
  const all: Profile = {}
  const custom: Record<string, string> = {}
  for (const { Tag, Value } of items) {
    const written = tagOf(Tag).write(Value)
    Object.assign(all, written)
    Object.assign(custom, written.custom)
  }
  return all.custom ? { ...all, custom } : all
}

/** Refuses (40009) what would give a profile more custom texts than an app can have declared. */
export function demandCustomRoom(old: Profile, written: Profile): void {
  const texts = Object.entries({ ...old.custom, ...written.custom })
  demandRoom(texts.flatMap(([name, text]) => (text === '' ? [] : name)))
}

/** The items of a profile for tags in their order; those without a value are left out. */
export function itemsOf(profile: Profile, tags: ReadonlyMap<string, Tag>): { Tag: string; Value: Value }[] {
  return [...tags].flatMap(([Tag, { read }]) => {
    const Value = read(profile)
    return Value === undefined ? [] : [{ Tag, Value }]
  })
}

/** The items that were written of a profile: its fields by the core's names, and named texts. What was cleared is ''. */
export function writtenItems(profile: Profile, fields: readonly string[], texts: readonly string[] = []) {
  const values = profile as Record<string, unknown>
  const written: Profile = Object.fromEntries(fields.map(name => [name, values[name] ?? '']))
  const custom = texts.flatMap(Tag => (customTag(Tag) ? { Tag, Value: profile.custom?.[Tag] ?? '' } : []))
  return [...itemsOf(written, new Map(Object.entries(standard))), ...custom]
}

function demandRoom(custom: readonly string[]): void {
  if (custom.length > mostCustom) throw new Refusal(40009, `a profile has at most ${mostCustom} custom tags`)
}

function customTag(name: string): Tag | undefined {
  if (!/^Tag_Profile_Custom_[A-Za-z]{1,8}$/.test(name)) return undefined
  return {
    read: profile => profile.custom?.[name],
    write: value => ({ custom: { [name]: string(value, 500) } }),
  }
}

function text(field: 'nick' | 'location' | 'signature' | 'avatar', bytes: number): Tag {
  return { read: profile => profile[field], write: value => ({ [field]: string(value, bytes) }) }
}

function integer(field: 'language' | 'level' | 'role'): Tag {
  return { read: profile => profile[field], write: value => ({ [field]: number(value) }) }
}

/** A field with a list of values: by Tencent's word, and by the core's. */
function oneOf(field: 'gender' | 'befriend' | 'noRequests', words: Record<string, string | boolean>): Tag {
  return {
    read: profile => Object.keys(words).find(word => words[word] === profile[field]),
    write(value) {
      const word = string(value, 500)
      if (!Object.hasOwn(words, word)) throw new Refusal(40605, `${word} is not a value of this field`)
      return { [field]: words[word] }
    },
  }
}

function string(value: unknown, bytes: number): string {
  if (typeof value !== 'string') throw new Refusal(40610, 'the value of this field is a string')
  if (Buffer.byteLength(value) > bytes) throw new Refusal(40601, `the value is longer than ${bytes} bytes`)
  return value
}

function number(value: unknown): number {
  if (!z.number().safeParse(value).success) throw new Refusal(40610, 'the value of this field is an integer')
  const read = uint32.safeParse(value)
  if (!read.success) throw new Refusal(40605, 'the value of this field is an unsigned 32-bit integer')
  return read.data
}

/** 19900131 is 1990-01-31; other numbers are not dates and stay as they are. */
function writeDay(day: number): string {
  const digits = String(day)
  const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
  const time = digits.length === 8 ? Date.parse(date) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date) ? date : digits
}

/** Undefined for a birthday that another API wrote in words. */
function readDay(birthday: string): number | undefined {
  const digits = birthday.replace(/^(\d{4})-(\d{2})-(\d{2})$/, '$1$2$3')
  return /^\d{1,10}$/.test(digits) && Number(digits) <= 0xffffffff ? Number(digits) : undefined
}
