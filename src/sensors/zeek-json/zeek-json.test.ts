import { formatContract } from '../format.contract.ts'
import { zeekJson } from './zeek-json.ts'

formatContract(zeekJson, import.meta.dirname)
