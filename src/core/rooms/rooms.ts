import type { App } from '../apps/model.ts'
import type { Context } from '../context.ts'
import type { Limits } from '../limits.ts'
import { openAttributes } from './attributes.ts'
import { openAudience } from './audience.ts'
import { openComings } from './comings.ts'
import { openCrowd } from './crowd.ts'
import { openDescribing } from './describing.ts'
import { openEntering } from './entering.ts'
import { openFixing } from './fixing.ts'
import { openFlow } from './flow.ts'
import { openLeaving } from './leaving.ts'
import { openLosses } from './losses.ts'
import { openMarking } from './marking.ts'
import { openModerating } from './moderating.ts'
import { openQueues } from './queue.ts'
import { openRestraining } from './restraining.ts'

export type Rooms = ReturnType<typeof openRooms>

/** Live rooms: groups whose members are those who are connected. */
export function openRooms(ctx: Context, apps: { byId(id: number): App | undefined }, limits: Limits) {
  const comings = openComings(ctx)
  const losses = openLosses(ctx)
  const leaving = openLeaving(ctx, comings, losses, apps)
  const crowd = openCrowd(ctx)
  return {
    enter: openEntering(ctx, comings, losses),
    ...leaving,
    ...crowd,
    ...openAudience(ctx, crowd),
    ...openModerating(ctx, leaving.leave),
    ...openRestraining(ctx, leaving.leave),
    ...openDescribing(ctx, comings),
    ...openFixing(ctx),
    ...openMarking(ctx),
    queue: openQueues(ctx),
    attributes: openAttributes(ctx),
    flow: openFlow(limits),
    /** Tells of those who are lost for long enough by now. */
    lookAfterLost: losses.look,
    close() {
      comings.close()
      losses.close()
    },
  }
}
