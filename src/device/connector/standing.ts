// Whether a registration that lies in a folder still holds: its exchange is asked, for only it knows (security 3.1).
import { join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { type Context, readAnchors, readContext } from './contexts.ts'
import { readIdentities } from './identity.ts'
import { exchangeOf, propertiesFile, propertiesOfEnvironment, readProperties } from './properties.ts'
import { fetchRegistration } from './registration.ts'

export type Standing =
  | { readonly kind: 'none' }
  /** `ended`: the exchange refuses it, or it cannot be used any more. `unknown`: the exchange could not be asked. */
  | { readonly kind: 'live' | 'ended' | 'unknown'; readonly device: string }

/** Somebody waits for it before the token is spent. */
const answerWithinMs = 5_000

/** @param folder the device's folder */
export async function registrationStanding(folder: string, signal: AbortSignal): Promise<Standing> {
  let context: Context | undefined
  try {
    context = readContext(folder)
  } catch (error) {
    if (error instanceof Fault) return { kind: 'ended', device: '' }
    throw error
  }
  if (context === undefined) return { kind: 'none' }
  return { kind: await standingOf(folder, signal), device: context.clientId }
}

async function standingOf(folder: string, signal: AbortSignal): Promise<'live' | 'ended' | 'unknown'> {
  try {
    const [identity] = readIdentities(folder)
    const properties = readProperties(join(folder, propertiesFile))
    if (identity === undefined || properties === undefined) return 'ended'
    const target = exchangeOf({ ...properties, ...propertiesOfEnvironment(process.env) })
    const { certificate, key } = identity
    const limited = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
    await fetchRegistration(target, { kind: 'anchors', ca: readAnchors(folder), certificate, key }, limited)
    return 'live'
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof Fault && error.code.startsWith('identity.') ? 'ended' : 'unknown'
  }
}
