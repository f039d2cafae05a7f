import type { User } from '../model.ts'
import { platformOf } from '../presence/platforms.ts'
import type { Broadcast, Condition } from './model.ts'

/** Whether a condition asks anything of users besides what they are connected with. */
export function asksOfUsers(condition: Condition | undefined): boolean {
  const { known, anyTag, allTags, anyAttribute, allAttributes } = condition ?? {}
  return known === true || [anyTag, allTags, anyAttribute, allAttributes].some(each => each !== undefined)
}

/** Whether a broadcast is for a user on a device. `user` is needed only when its condition asks of users. */
export function isFor({ condition }: Pick<Broadcast, 'condition'>, user: User | undefined, platform: string): boolean {
  if (!condition) return true
  const { platforms } = condition
  if (platforms && !platforms.includes(platformOf(platform))) return false
  return !asksOfUsers(condition) || (user !== undefined && !user.removed && fits(condition, user))
}

function fits({ anyTag, allTags, anyAttribute, allAttributes }: Condition, { profile }: User): boolean {
  const tags = new Set(profile.tags)
  const attributes = new Map(Object.entries(profile.attributes ?? {}))
  const has = ([name, value]: [string, string]) => attributes.get(name) === value
  if (anyTag && !anyTag.some(tag => tags.has(tag))) return false
  if (allTags && !allTags.every(tag => tags.has(tag))) return false
  if (anyAttribute && !Object.entries(anyAttribute).some(has)) return false
  return !allAttributes || Object.entries(allAttributes).every(has)
}
