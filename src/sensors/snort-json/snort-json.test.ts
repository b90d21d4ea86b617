import { formatContract } from '../format.contract.ts'
import { snortJson } from './snort-json.ts'

formatContract(snortJson, import.meta.dirname)
