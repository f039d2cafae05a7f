import { del, put } from '../../storage/store.ts'
import type { Context } from '../context.ts'
import { settings } from '../tables.ts'

/** Where it is announced that settings of an app were changed. */
export const settingsSubject = 'settings'

export type Settings = ReturnType<typeof openSettings>

/** Settings of apps that were changed while the server runs; they stand before the configuration's. */
export function openSettings(ctx: Context) {
  /** A setting's value; undefined when nobody changed it. */
  async function get(app: number, name: string): Promise<unknown> {
    return (await ctx.store.get(settings, [app, name]))?.value.value
  }

  /** Changes a setting, or forgets it (undefined), and tells all nodes. */
  async function set(app: number, name: string, value: unknown): Promise<void> {
    await ctx.store.commit([value === undefined ? del(settings, [app, name]) : put(settings, { app, name, value })])
    ctx.bus.publish(settingsSubject, { app, name })
  }

  return { get, set }
}
