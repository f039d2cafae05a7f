import type { Store } from '../../storage/store.ts'
import type { Job } from '../model.ts'
import { jobs } from '../tables.ts'
import { lanes } from './jobs.ts'

/** All jobs that are waiting, under way or parked; at most 8,000. */
export async function listJobs(store: Store): Promise<Job[]> {
  const found = await store.scanMany(
    jobs,
    Array.from({ length: lanes }, (_, lane) => ({ prefix: [lane], limit: 1000 })),
  )
  return found.flat().map(row => row.value)
}
