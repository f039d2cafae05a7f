/** Lays wishes over what is there, field by field and object by object; null takes a field away, lists are replaced. */
export function overlay(base: Record<string, unknown>, wishes: Record<string, unknown>): Record<string, unknown> {
  const result = new Map(Object.entries(base))
  for (const [name, wish] of Object.entries(wishes)) {
    const known = result.get(name)
    if (wish === null) result.delete(name)
    else if (isObject(wish)) result.set(name, overlay(isObject(known) ? known : {}, wish))
    else if (wish !== undefined) result.set(name, wish)
  }
  return Object.fromEntries(result)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The JSON object in a text; undefined when it holds none. */
export function objectIn(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
