import type { Dialect } from '../../src/dialects/dialect.ts'

/** All dialects, as the server runs them. */
export async function dialects(): Promise<Dialect[]> {
  const found: Dialect[] = []
  for (const name of ['tencent', 'netease', 'volcengine']) {
    try {
      const module = await import(`../../src/dialects/${name}/${name}.ts`)
      found.push(module[name])
    } catch (error) {
      if (!String(error).includes(`${name}.ts`)) throw error
    }
  }
  return found
}
