import type { Store } from '../../storage/store.ts'
import type { Job } from '../model.ts'
import { jobs } from '../tables.ts'

/** All jobs that are waiting, under way or parked; at most 8,000. */
export async function listJobs(store: Store): Promise<Job[]> {
  const lanes = await store.scanMany(
    jobs,
    Array.from({ length: 8 }, (_, lane) => ({ prefix: [lane], limit: 1000 })),
  )
  return lanes.flat().map(row => row.value)
}
