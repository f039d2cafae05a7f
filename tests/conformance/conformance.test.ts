import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/core/apps/model.ts'
import { describeFailure, loadFixtures, runScenario, titleOf } from '../support/fixtures.ts'
import { startServer, type TestServer } from '../support/server.ts'

const fixtures = loadFixtures()

test('there are fixtures', () => {
  expect(fixtures.length).toBeGreaterThan(0)
})

for (const fixture of fixtures) {
  describe(fixture.path, () => {
    let server: TestServer
    beforeAll(async () => {
      server = await startServer({ apps: Math.max(1, fixture.scenarios.length) })
    })
    afterAll(() => server?.stop())

    test(`${fixture.dialect} ${fixture.area}: the file has scenarios that can run`, () => {
      expect(fixture.broken).toBeUndefined()
      expect(fixture.scenarios.length).toBeGreaterThan(0)
    })

    if (!fixture.broken)
      for (const [i, scenario] of fixture.scenarios.entries())
        test(titleOf(fixture, scenario), async () => {
          const failure = await runScenario(server, server.apps[i] as App, fixture, scenario)
          if (failure) expect.fail(describeFailure(fixture, scenario, failure))
        })
  })
}
