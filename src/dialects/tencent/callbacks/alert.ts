import { told } from '../../callbacks.ts'

/** The groups made today come near the day's limit. */
const dailyGroupQuotaAlarm = told({
  id: 'Group.CallbackOnDailyGroupQuotaAlarm',
  event: 'quota.near',
  fires: (_news, { what }) => what === 'groups',
  body: (_core, _news, { used, limit }, { at }) => ({ QuotaUsed: used, Quota: limit, EventTime: at }),
})

/** A command was called more often than it may be; told with the first such call of a second. */
const requestOverLimit = told({
  id: 'Alert.RequestOverLimit',
  event: 'rate.exceeded',
  fires: ({ origin }) => origin.dialect === 'tencent',
  body(_core, _news, { operation, calls, limit }) {
    const [ServiceName, Command] = operation.split('/')
    return { ServiceName, Command, Request: calls, Limit: limit }
  },
})

/** The alarms of `webhooks.json`. */
export const alert = { asked: [], told: [dailyGroupQuotaAlarm, requestOverLimit] }
