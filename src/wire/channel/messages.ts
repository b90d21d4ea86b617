// The channel between connector and exchange, subprotocol `sallyport.v1` (delivery 1.4). Every binary WebSocket
// message is a frame (wire/frame.ts) whose head is one of these; only `blocks` carries blocks.
import type { DeviceStream, HeldStream, MissingBlocks } from '../streams.ts'
import type { DoctorReport } from '../doctor.ts'
import type { Status } from '../status.ts'

export const channelSubprotocol = 'sallyport.v1'
export const channelPath = '/providers/sse/services/ingest/api/v1/channel'
/** Several blocks up to 1 MiB; a larger block travels alone, up to 17 MiB and its frame (delivery C1). */
export const messageBytes = 1024 * 1024
export const messageBytesMax = 17 * 1024 * 1024 + 64 * 1024

export const closeCodes = {
  protocol: 4400,
  identity: 4403,
  clone: 4409,
  replaced: 4410,
  frameLarge: 4413,
  version: 4426,
  quota: 4429,
  drain: 4503,
} as const

export type FromDevice =
  | {
      readonly t: 'hello'
      readonly v: 1
      readonly versions: readonly number[]
      readonly program: string
      readonly device: string
      readonly clock: number
      readonly session: string
      /** It understands `doctor`. */
      readonly doctor?: true
    }
  /** The device's streams; live and backlog always, ended ones where the journal id was new to it. */
  | { readonly t: 'streams'; readonly streams: readonly DeviceStream[] }
  | { readonly t: 'blocks' }
  | ({ readonly t: 'missing' } & MissingBlocks)
  /** Signed with the device key over the UTF-8 of `${stream}:${block}:${hash}:${sequence}:${at}`, base64 (delivery C11). */
  | {
      readonly t: 'checkpoint'
      readonly stream: string
      readonly block: number
      readonly hash: string
      readonly sequence: number
      readonly at: number
      readonly signature: string
    }
  | { readonly t: 'status'; readonly status: Status }
  /** The answer to `doctor`. */
  | { readonly t: 'examined'; readonly id: number; readonly report: DoctorReport }

export type FromExchange =
  | {
      readonly t: 'welcome'
      readonly v: 1
      readonly journal: string
      readonly clock: number
      readonly credit: number
      readonly lingerMs: number
      readonly messageBytes: number
    }
  /** The exchange's head of each stream listed, and its holes; a stream it never saw has block -1 (delivery C3). */
  | { readonly t: 'resume'; readonly heads: Readonly<Record<string, HeldStream>> }
  /** Committed and synced, cumulative (delivery C5). */
  | { readonly t: 'ack'; readonly acks: Readonly<Record<string, number>> }
  /** Bytes that come back to the device's credit; `lingerMs` where it changes (delivery C4, 1.0). */
  | { readonly t: 'credit'; readonly bytes: number; readonly lingerMs?: number }
  /** A block came that is not the next one: send from here (delivery J3); `damaged` where its CRC did not hold (J1). */
  | { readonly t: 'wanted'; readonly stream: string; readonly block: number; readonly damaged?: true }
  /** The stream is refused: end it, open another (delivery J2). */
  | { readonly t: 'refused'; readonly stream: string; readonly block: number; readonly code: 'stream.conflict' }
  | { readonly t: 'drain'; readonly comeBackMs: number }
  /** Look for what is in the way of events, and answer with `examined`; only to a device that said so in its hello. */
  | { readonly t: 'doctor'; readonly id: number }
