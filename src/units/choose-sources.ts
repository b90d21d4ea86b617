// What a device is to read: what was named with --source, or what is found where sensors usually write.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ChosenSources, SourcesRequest } from '../cli/ports.ts'
import { Fault } from '../core/fault.ts'
import { parseSources, splitSources } from '../device/event-handler/source-argument.ts'
import { findInputs } from './find-inputs.ts'
import { findSensors } from './find-sensors.ts'

/** Lines of a file in a named folder that are looked at to recognise it. */
const linesMax = 1_000

/**
 * @returns the sources as arguments of --source, each with why it was taken
 * @throws Fault `input.malformed`, or `source.unrecognised` where a named folder holds nothing a sensor writes
 */
export async function chooseSources({ named, below, signal }: SourcesRequest): Promise<ChosenSources> {
  if (named.length === 0) {
    const { taken, passedOver, absent } = await findSensors(below, signal)
    return { taken: taken.map(({ path, why }) => ({ source: path, why })), passedOver, absent }
  }
  const taken: ChosenSources['taken'][number][] = []
  const passedOver: ChosenSources['passedOver'][number][] = []
  // The same argument twice means it once.
  for (const text of new Set(named.flatMap(splitSources))) {
    const [source] = parseSources([text])
    const path = source?.kind === undefined || source.kind === 'file' ? source?.path : undefined
    const about = path === undefined ? undefined : await stat(path).catch(() => undefined)
    if (path === undefined || about?.isDirectory() !== true) {
      taken.push({ source: text, why: path !== undefined && about === undefined ? 'named; not there yet' : 'named' })
      continue
    }
    const inputs = await findInputs(resolve(path), signal, linesMax)
    const sensors = inputs.filter((input) => input.kind === 'sensor')
    if (sensors.length === 0)
      throw new Fault('source.unrecognised', { what: `${path} holds no file of a format known here` })
    taken.push(...sensors.map((input) => ({ source: input.path, why: `in ${path} (${input.format})` })))
    for (const input of inputs) if (input.kind === 'skipped') passedOver.push({ path: input.path, why: input.reason })
  }
  // Names that stand twice and sockets that do not fit are told now, not when the token is spent.
  parseSources(taken.map(({ source }) => source))
  return { taken, passedOver, absent: [] }
}
