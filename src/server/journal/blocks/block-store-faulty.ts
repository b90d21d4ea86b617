// Any block store with a queue of faults in front of it: what a disk does on a bad day (delivery D3, D11). Without
// faults it is the store it wraps, and passes its contract.
import type { Fault } from '../../../core/fault.ts'
import type { BlockStore } from './block-store.ts'

export type StoreFault = {
  readonly on: 'write' | 'read' | 'at' | 'find' | 'ledger' | 'expire'
  readonly fault: Fault
  /** Fails before anything is done; or after all is done, so that only the answer is lost. */
  readonly when: 'before' | 'after'
}

/** @param faults taken from the front, each by the next call it names; more may be pushed at any time */
export function faultyBlockStore(store: BlockStore, faults: StoreFault[]): BlockStore {
  async function faulted<T>(on: StoreFault['on'], work: () => Promise<T>): Promise<T> {
    const next = faults[0]?.on === on ? faults.shift() : undefined
    if (next?.when === 'before') throw next.fault
    const result = await work()
    if (next !== undefined) throw next.fault
    return result
  }
  return {
    write: (...ask) => faulted('write', () => store.write(...ask)),
    read: (...ask) => faulted('read', () => store.read(...ask)),
    at: (...ask) => faulted('at', () => store.at(...ask)),
    find: (...ask) => faulted('find', () => store.find(...ask)),
    ledger: (...ask) => faulted('ledger', () => store.ledger(...ask)),
    expire: (...ask) => faulted('expire', () => store.expire(...ask)),
    days: (organisation) => store.days(organisation),
    organisations: () => store.organisations(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
