import { formatContract } from '../format.contract.ts'
import { zeekTsv } from './zeek-tsv.ts'

formatContract(zeekTsv, import.meta.dirname)
