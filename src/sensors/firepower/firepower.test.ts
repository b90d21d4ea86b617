import { formatContract } from '../format.contract.ts'
import { firepower } from './firepower.ts'

formatContract(firepower, import.meta.dirname)
