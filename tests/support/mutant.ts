import { applyFile, mutantVariable } from '../../scripts/second-chance.ts'

// Before tests: `npm run mutate` asks them to notice a broken operation.
const file = process.env[mutantVariable]
if (file) await applyFile(file)
