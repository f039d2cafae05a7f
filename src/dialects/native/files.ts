import { z } from 'zod'
import { resource } from '../dialect.ts'
import { self } from './shapes.ts'

const operation = resource()

/** Get a token with which the caller may hand in files over HTTP for an hour. */
const token = operation({
  key: 'file.token',
  request: z.object({}),
  run: (core, call) => core.files.token(call.app.id, self(call)),
})

export const fileOperations = [token]
