// The shapes of DNS in EVE: v1 (one answer a record), v2 (`answers`, `grouped`), v3 (`queries`), and that of alerts
// (`query` list, `answer` object): traps C5.
import type { Observable } from '../../core/observable.ts'
import type { Evidence } from '../evidence.ts'
import { type JsonRecord, listOf, numberOf, recordOf, textOf } from '../json-value.ts'

/**
 * @param dns the member `dns` of an event
 * @param asker who asked, where known
 */
export function gatherDns(dns: JsonRecord, asker: Observable | undefined, evidence: Evidence): void {
  asked(dns, asker, evidence)
  for (const query of listOf(dns['queries'])) asked(recordOf(query), asker, evidence)
  for (const query of listOf(dns['query'])) asked(recordOf(query), asker, evidence)
  answered(dns, evidence)
  const answer = recordOf(dns['answer'])
  if (answer !== undefined) {
    asked(answer, asker, evidence)
    answered(answer, evidence)
  }
}

/**
 * An answer keeps the direction of its query in most records, not in all: if one side alone has port 53, the other
 * asked (traps C5).
 * @returns whether the event's destination asked
 */
export function isAskedByTarget(record: JsonRecord): boolean {
  return numberOf(record['src_port']) === 53 && numberOf(record['dest_port']) !== 53
}

function asked(query: JsonRecord | undefined, asker: Observable | undefined, evidence: Evidence): void {
  if (query === undefined) return
  const name = evidence.name(textOf(query['rrname']))
  evidence.relate(asker, 'Searched_For', name)
}

function answered(dns: JsonRecord, evidence: Evidence): void {
  const answers = listOf(dns['answers'])
  for (const section of [answers, listOf(dns['authorities']), listOf(dns['additionals'])]) {
    for (const answer of section) resourceRecord(recordOf(answer), evidence)
  }
  if (textOf(dns['rdata']) !== undefined) resourceRecord(dns, evidence)
  // Both forms may stand in one record: they say the same, and count once.
  const grouped = answers.length === 0 ? recordOf(dns['grouped']) : undefined
  if (grouped === undefined) return
  for (const rrtype of Object.keys(grouped)) {
    for (const rdata of listOf(grouped[rrtype])) resourceRecord({ rrname: dns['rrname'], rrtype, rdata }, evidence)
  }
}

function resourceRecord(answer: JsonRecord | undefined, evidence: Evidence): void {
  if (answer === undefined) return
  const name = evidence.name(textOf(answer['rrname']))
  const rdata = textOf(answer['rdata'])
  switch (answer['rrtype']) {
    case 'A':
    case 'AAAA':
      return evidence.relate(name, 'Resolved_To', evidence.address(rdata))
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'MX':
    case 'PTR':
      return evidence.relate(name, 'Refers_To', evidence.name(rdata))
    case 'SRV':
      return evidence.relate(name, 'Refers_To', evidence.name(textOf(recordOf(answer['srv'])?.['name'])))
    case 'SOA':
      return evidence.relate(name, 'Refers_To', evidence.name(textOf(recordOf(answer['soa'])?.['mname'])))
    default:
  }
}
