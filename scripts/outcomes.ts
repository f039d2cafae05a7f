import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase } from 'vitest/node'

/** How one test ended; a skipped one with the reason it gave. */
export interface Outcome {
  name: string
  status: 'passed' | 'failed' | 'skipped'
  reason?: string
}

/** The environment variable that names the file for the outcomes. */
export const outcomesVariable = 'MAGPIE_OUTCOMES'

/** A reporter of Vitest that writes all outcomes as JSON and prints nothing. */
export default function reporter(): Reporter {
  const outcomes: Outcome[] = []
  return {
    onTestCaseResult(test: TestCase) {
      const result = test.result()
      const status = result.state === 'passed' || result.state === 'failed' ? result.state : 'skipped'
      outcomes.push({ name: test.fullName, status, reason: result.state === 'skipped' ? result.note : undefined })
    },
    onTestRunEnd() {
      const file = process.env[outcomesVariable]
      if (file) writeFileSync(file, JSON.stringify(outcomes))
    },
  }
}
