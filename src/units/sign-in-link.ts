// A link into the console, given out when the console can be served.
import type { SignInLink } from '../wire/api/fleet.ts'
import { buildConsole } from './console-build.ts'
import type { OwnerClient } from './owner-client.ts'

/** Builds the console where needed, then asks for a one-time link. */
export async function signInLink(owner: OwnerClient, signal: AbortSignal): Promise<string> {
  await buildConsole(signal)
  return (await owner.post<SignInLink>('sessions/links', {})).link
}
