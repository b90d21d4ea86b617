import { formatContract } from '../format.contract.ts'
import { snortFast } from './snort-fast.ts'

formatContract(snortFast, import.meta.dirname)
