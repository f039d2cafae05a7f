/** What a failed connection says in one line: its message, or those of its causes, with the code when they lack it. */
export function failureText(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: unknown; errors?: Error[] }
  const text = message || errors?.map(each => each.message).join('; ') || String(error)
  return typeof code === 'string' && !text.includes(code) ? `${code}: ${text}` : text
}
