import { objectIn } from './overlay.ts'

/** The app's data as it stands in a provider's message: under a name, or, with '' for one, as the fields of its object. */
export function carry(payload: string | undefined, name: string): Record<string, unknown> {
  if (payload === undefined) return {}
  if (name !== '') return { [name]: payload }
  return objectIn(payload) ?? { payload }
}
