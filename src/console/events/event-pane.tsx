// One row beside the list: readable, what was read in an event or why something is lost; raw, the line as it arrived,
// byte for byte. Both forms have an address.
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { EventRecord, LossRow } from '../../wire/api/events.ts'
import { eventQuery } from '../api/queries.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { defangText, visible } from '../parts/defang.ts'
import { DeviceName } from '../parts/device-name.tsx'
import { Observable } from '../parts/observable.tsx'
import { Fact, Pane } from '../parts/pane.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { counted, relative, utc } from '../parts/spoken-time.ts'
import { lossText } from './event-columns.tsx'
import { isLoss, type ListRow } from './event-rows.ts'
import { saveFile } from './export-events.ts'

type Form = 'readable' | 'raw'
type Props = {
  readonly id: string
  readonly known: ListRow | undefined
  readonly form?: Form
  /** Without it only the readable form is there. */
  readonly onForm?: (form: Form) => void
  readonly onClose: () => void
}

/** An identity of a loss has more parts: it is no event that could be asked for. */
const isLossId = (id: string) => id.split(':').length > 2

export function EventPane({ id, known, form = 'readable', onForm, onClose }: Props) {
  const knownEvent = known && !isLoss(known) ? known : undefined
  const { data, error } = useQuery({
    ...eventQuery(id),
    enabled: !isLossId(id),
    ...(knownEvent && { initialData: knownEvent }),
  })
  return (
    <Pane
      name="Event"
      head={
        <>
          {data?.body.kind === 'event' && <SeverityBadge severity={data.body.severity} />}
          {data?.body.kind === 'quarantined' && <span className="quarantined">quarantined</span>}
          {isLossId(id) && <span className="lost">lost</span>}
          <span className="event-pane-type">
            {data?.body.kind === 'event' ? visible(data.body.type) : data?.format}
          </span>
        </>
      }
      onClose={onClose}
    >
      {error && <ProblemNote error={error} />}
      {data && onForm && <Forms form={form} onForm={onForm} />}
      {data && (form === 'raw' ? <RawForm event={data} /> : <Readable event={data} />)}
      {isLossId(id) && <Lost loss={known && isLoss(known) ? known : undefined} />}
    </Pane>
  )
}

function Forms({ form, onForm }: { readonly form: Form; readonly onForm: (form: Form) => void }) {
  return (
    <div className="forms" role="group" aria-label="Form">
      {(['readable', 'raw'] as const).map((each) => (
        <button key={each} type="button" aria-pressed={form === each} onClick={() => onForm(each)}>
          {each === 'raw' ? 'Raw' : 'Readable'}
        </button>
      ))}
    </div>
  )
}

function Lost({ loss }: { readonly loss: LossRow | undefined }) {
  return (
    <div className="pane-body">
      <h2>{loss ? lossText(loss) : 'A declared loss'}</h2>
      <p className="quarantine-note">
        The device said that these events did not come, instead of leaving them out silently. They stand in the ledger:{' '}
        <code>sallyport ledger</code>
      </p>
      {loss ? (
        <dl className="facts">
          <Fact name="Cause">
            <code>{visible(loss.cause)}</code>
          </Fact>
          <Fact name="From">{utc(loss.from)}</Fact>
          <Fact name="Declared">
            {utc(loss.to)} <span className="second-reading">{relative(loss.to, Date.now())}</span>
          </Fact>
          <Fact name="Device / source">
            <DeviceName id={loss.device} /> / {visible(loss.source)}
          </Fact>
          <Fact name="Before event">
            <code>
              {loss.stream}:{loss.sequence}
            </code>
          </Fact>
        </dl>
      ) : (
        <p>
          It stands further down the list; its details are shown once that is read. Ask for is:lost to see losses alone.
        </p>
      )}
    </div>
  )
}

function Readable({ event }: { readonly event: EventRecord }) {
  const { body } = event
  return (
    <div className="pane-body">
      <h2>
        <bdi>{visible(body.kind === 'event' ? body.summary : 'No parser understood this line')}</bdi>
      </h2>
      {body.kind === 'quarantined' && (
        <p className="quarantine-note">
          Kept as it arrived and out of no count: {visible(body.reason)}. After a fix it is read again:{' '}
          <code>sallyport events requarantine</code>
        </p>
      )}
      <dl className="facts">
        <Fact name="Event time">
          {utc(body.at)} <span className="second-reading">{relative(body.at, Date.now())}</span>
        </Fact>
        <Fact name="Arrived at the device">{utc(event.arrivedAt)}</Fact>
        <Fact name="Device / source">
          <DeviceName id={event.device} /> / {visible(event.source)} ({event.format})
        </Fact>
        {body.kind === 'event' && <Read body={body} />}
        <Fact name="Identity">
          <code>{event.id}</code>
        </Fact>
      </dl>
      {body.kind === 'event' && body.observables.length > 0 && (
        <section>
          <h3>Observables</h3>
          <ul className="observables">
            {body.observables.map(({ type, value }) => (
              <li key={`${type}:${value}`}>
                <span className="type">{type.replaceAll('_', ' ')}</span>
                <Observable type={type} value={value} max={54} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <div className="raw-head">
          <h3>The line as it arrived</h3>
          <CopyButton text={defangText(event.raw)}>Copy defanged</CopyButton>
          <CopyButton text={event.raw}>Copy raw</CopyButton>
        </div>
        <RawLine event={event} />
      </section>
    </div>
  )
}

function RawForm({ event }: { readonly event: EventRecord }) {
  const bytes = bytesOf(event)
  return (
    <div className="pane-body">
      <section>
        <div className="raw-head">
          <h3>{counted(bytes.length, 'byte')} as they arrived</h3>
          <CopyButton text={event.raw}>Copy raw</CopyButton>
          {event.rawBase64 !== undefined && <CopyButton text={event.rawBase64}>Copy bytes (base64)</CopyButton>}
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} />}
            onClick={() => saveFile(new Blob([bytes]), `${event.id.replace(':', '-')}.raw`)}
          >
            Save bytes
          </Button>
        </div>
        <RawLine event={event} />
      </section>
      <p className="second-reading">
        The same from a shell: <code>sallyport events show {event.id} --raw</code>
      </p>
    </div>
  )
}

function RawLine({ event }: { readonly event: EventRecord }) {
  return (
    <>
      <pre className="raw" tabIndex={0} aria-label="The line as it arrived">
        {visible(event.raw)}
      </pre>
      {event.rawBase64 !== undefined && (
        <p className="second-reading">Bytes that are no UTF-8 are shown as �; the form Raw has the exact ones.</p>
      )}
    </>
  )
}

function bytesOf({ raw, rawBase64 }: EventRecord): Uint8Array<ArrayBuffer> {
  if (rawBase64 === undefined) return new TextEncoder().encode(raw)
  return Uint8Array.from(atob(rawBase64), (character) => character.charCodeAt(0))
}

function Read({ body }: { readonly body: Extract<EventRecord['body'], { readonly kind: 'event' }> }) {
  const { flow, signature } = body
  const end = (address: string | undefined, port: number | undefined) =>
    address === undefined
      ? '?'
      : port === undefined
        ? address
        : address.includes(':')
          ? `[${address}]:${port}`
          : `${address}:${port}`
  return (
    <>
      <Fact name="Sensor">
        {body.sensor}
        {body.host && ` on ${visible(body.host)}`}
      </Fact>
      {signature && (
        <Fact name="Signature">
          {visible(signature.name)} <span className="second-reading">{visible(signature.id)}</span>
        </Fact>
      )}
      {(flow.source ?? flow.target) && (
        <Fact name="Flow">
          <span className="mono">
            {end(flow.source, flow.sourcePort)} → {end(flow.target, flow.targetPort)}
          </span>{' '}
          {flow.protocol}
        </Fact>
      )}
      {body.flowId && (
        <Fact name="Flow number">
          <code>{visible(body.flowId)}</code>
        </Fact>
      )}
      {body.flags && body.flags.length > 0 && <Fact name="Marks">{body.flags.join(', ')}</Fact>}
    </>
  )
}
