import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from './files.ts'

const survivor = z.object({ mutation: z.string(), reason: z.string().optional() })
const result = z.object({
  mutations: z.int(),
  killed: z.int(),
  survivors: z.array(survivor),
  /** Documented optional fields that no mutation concerns, because the operation does not read them. */
  unread: z.array(z.string()).default([]),
})
const results = z.record(z.string(), result)
const reasons = z.record(z.string(), z.string())

/** What one dialect's tests noticed: mutations made, mutations that a test noticed, and those that none did. */
export type MutationResult = z.output<typeof result>
/** The last results, by dialect. */
export type MutationResults = z.output<typeof results>

/** Where the last results stand. */
export const mutationFile = 'docs/mutation.json'
/** Why a mutation may survive: its name, in which * stands for anything → reason. */
export const reasonFile = 'docs/mutation-reasons.json'

/** The last results; none before the first run. */
export const readMutations = (): MutationResults => results.parse(read(mutationFile))

/** The written reasons. */
export const readReasons = (): Record<string, string> => reasons.parse(read(reasonFile))

/** The reason for which a mutation may survive, if one is written. */
export function excuseFor(mutation: string, reasons: Record<string, string>): string | undefined {
  return Object.entries(reasons).find(([pattern]) => fits(pattern, mutation))?.[1]
}

/** The patterns of a dialect's reasons that excuse nothing any more. */
export function unusedReasons(dialect: string, result: MutationResult, reasons: Record<string, string>): string[] {
  const names = result.survivors.map(each => each.mutation)
  const mine = Object.keys(reasons).filter(pattern => pattern.startsWith(`${dialect} `))
  return mine.filter(pattern => !names.some(name => fits(pattern, name)))
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}

function read(file: string): unknown {
  const path = join(root, file)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}
