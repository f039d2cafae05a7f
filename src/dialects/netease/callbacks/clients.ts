import type { Call } from '../../../core/call.ts'

/** Who calls, from where. */
export type Caller = Pick<Call, 'origin' | 'device' | 'address'>

const types: Record<string, string> = {
  android: 'AOS',
  ios: 'IOS',
  ipad: 'IOS',
  iphone: 'IOS',
  windows: 'PC',
  pc: 'PC',
  linux: 'PC',
  mac: 'MAC',
  macos: 'MAC',
  harmony: 'HARMONY',
  harmonyos: 'HARMONY',
}

/** Yunxin's name for what a caller runs on; a device of a kind that it has no word for counts as a browser. */
export function clientTypeOf({ origin, device }: Caller): string {
  if (origin.via !== 'client') return 'REST'
  return types[device?.platform.toLowerCase() ?? ''] ?? 'WEB'
}

/** The operator's device, and when (ms), as callbacks say it. */
export function deviceFields(caller: Caller, at: number) {
  return {
    fromDeviceId: caller.device?.id,
    fromClientType: clientTypeOf(caller),
    timestamp: String(at),
  }
}

/** From where an SDK's message came; nothing for one of the server API. */
export function addressFields({ origin, address, device }: Caller) {
  if (origin.via !== 'client') return {}
  return { ip: address, port: device?.port === undefined ? undefined : String(device.port) }
}
