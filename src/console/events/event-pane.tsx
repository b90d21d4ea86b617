// One event beside the list: what was read in it, and the line as it arrived, byte for byte.
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { EventRecord } from '../../wire/api/events.ts'
import { eventQuery } from '../api/queries.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { defangText, visible } from '../parts/defang.ts'
import { DeviceName } from '../parts/device-name.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Observable } from '../parts/observable.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { relative, utc } from '../parts/spoken-time.ts'

type Props = { readonly id: string; readonly known: EventRecord | undefined; readonly onClose: () => void }

export function EventPane({ id, known, onClose }: Props) {
  const { data, error } = useQuery({ ...eventQuery(id), ...(known && { initialData: known }) })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open], :popover-open'))
        onClose()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [onClose])
  return (
    <aside className="event-pane" aria-label="Event">
      <header>
        {data?.body.kind === 'event' && <SeverityBadge severity={data.body.severity} />}
        {data?.body.kind === 'quarantined' && <span className="quarantined">quarantined</span>}
        <span className="event-pane-type">{data?.body.kind === 'event' ? visible(data.body.type) : data?.format}</span>
        <IconButton name="Close the event" shortcut="Esc" icon={IconX} onClick={onClose} />
      </header>
      {error && <ProblemNote error={error} />}
      {data && <Whole event={data} />}
    </aside>
  )
}

function Whole({ event }: { readonly event: EventRecord }) {
  const { body } = event
  return (
    <div className="event-pane-body">
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
          {event.rawBase64 !== undefined && <CopyButton text={event.rawBase64}>Copy bytes (base64)</CopyButton>}
        </div>
        <pre className="raw" tabIndex={0} aria-label="The line as it arrived">
          {visible(event.raw)}
        </pre>
        {event.rawBase64 !== undefined && (
          <p className="second-reading">Bytes that are no UTF-8 are shown as �; base64 has the exact ones.</p>
        )}
      </section>
    </div>
  )
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

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
