import { z } from 'zod'
import * as form from './forms/forms.ts'
import { operation } from './operation.ts'
import { self } from './shapes.ts'

/** Get a token with which the caller may hand in files over HTTP for an hour. */
const token = operation({
  key: 'file.token',
  request: z.object({}),
  reply: z.strictObject({ token: z.string(), expires: form.ms.describe('until when it holds (ms)') }),
  run: (core, call) => core.files.token(call.app.id, self(call)),
})

export const fileOperations = [token]
