// One device beside the list: why it is in the state it is, what became of its events, its sources, and the doctor.
import { Link } from '@tanstack/react-router'
import type { DeviceAccount, DeviceView } from '../../wire/api/fleet.ts'
import type { SourceStatus, Status } from '../../wire/status.ts'
import { visible } from '../parts/defang.ts'
import { Fact, Pane } from '../parts/pane.tsx'
import { size } from '../parts/spoken-size.ts'
import { count, counted, duration, relative, utc } from '../parts/spoken-time.ts'
import { DeviceDoctor } from './device-doctor.tsx'
import { DeviceStateList } from './device-states.tsx'

export function DevicePane({ device, onClose }: { readonly device: DeviceView; readonly onClose: () => void }) {
  const { status } = device
  return (
    <Pane name="Device" head={<h2>{visible(device.name || device.id)}</h2>} onClose={onClose}>
      <div className="pane-body">
        <DeviceStateList states={device.states} />
        <DeviceDoctor device={device.id} />
        <Facts device={device} />
        <Account account={device.account} />
        {status?.eventHandler && <Sources sources={status.eventHandler.sources} />}
        <p>
          <Link to="/events" search={{ q: `device:${device.id}`, live: '1' }}>
            Watch its events live
          </Link>
        </p>
      </div>
    </Pane>
  )
}

function Facts({ device }: { readonly device: DeviceView }) {
  const { status, lagMs, certificate, certificateDays } = device
  return (
    <dl className="facts">
      <Fact name="Id">
        <code>{visible(device.id)}</code>
      </Fact>
      <Fact name="Last event">
        {device.lastAckAt === 0 ? 'none acknowledged yet' : <Instant at={device.lastAckAt} />}
      </Fact>
      <Fact name="Heard of it">
        {device.lastSeenAt === 0 ? (
          'never: it has not connected since it was enrolled'
        ) : (
          <Instant at={device.lastSeenAt} />
        )}
      </Fact>
      {status && <Channel status={status} />}
      {status?.eventHandler && (
        <Fact name="Spool">
          {counted(status.eventHandler.spool.outstandingEvents, 'event')} wait, {size(status.eventHandler.spool.bytes)}{' '}
          of {size(status.eventHandler.spool.bytesMax)}
          {status.eventHandler.spool.state !== 'open' && <b className="lost"> {status.eventHandler.spool.state}</b>}
        </Fact>
      )}
      <Fact name="Lag">
        {lagMs === null ? 'not said' : lagMs === 0 ? 'nothing waits' : `its oldest event waits for ${duration(lagMs)}`}
      </Fact>
      <Fact name="Certificate">
        {certificate === null ? (
          'none'
        ) : certificate.revokedAt !== null ? (
          <b className="lost">revoked {utc(certificate.revokedAt, 'seconds')}</b>
        ) : (
          <>
            {certificateDays !== null && `${counted(certificateDays, 'day')} left, `}until{' '}
            {utc(certificate.notAfter, 'minutes')}
          </>
        )}
      </Fact>
      {status && <Fact name="Program">{visible(status.program)}</Fact>}
    </dl>
  )
}

function Channel({ status }: { readonly status: Status }) {
  const { state, peer, lastCode } = status.channel
  return (
    <Fact name="Channel">
      {state} {peer && <code>{visible(peer)}</code>}
      {lastCode && <span className="second-reading"> (before: {visible(lastCode)})</span>}
    </Fact>
  )
}

const parts = ['stored', 'lost', 'outstanding', 'withdrawn', 'expired'] as const

/** given = stored + lost + outstanding + withdrawn + expired, as numbers that anyone can add up. */
function Account({ account }: { readonly account: DeviceAccount }) {
  const losses = Object.entries(account.losses)
  return (
    <section>
      <h3>What became of its events</h3>
      <p className="equation">
        <span>
          <b>{count(account.given)}</b> given
        </span>
        {parts.map((part, index) => (
          <span key={part}>
            {index === 0 ? '= ' : '+ '}
            <b>{count(account[part])}</b> {part}
          </span>
        ))}
      </p>
      <p className={account.holds ? 'second-reading' : 'lost'}>
        {account.holds ? 'The account holds.' : 'The account does not hold: something is missing without a cause.'}{' '}
        Proof: <code>sallyport ledger verify</code>
      </p>
      {losses.length > 0 && (
        <dl className="facts losses">
          {losses.map(([cause, lost]) => (
            <Fact key={cause} name={cause}>
              {lost === null ? 'nobody knows how many' : counted(lost, 'event')} lost
            </Fact>
          ))}
        </dl>
      )}
    </section>
  )
}

function Sources({ sources }: { readonly sources: readonly SourceStatus[] }) {
  return (
    <section>
      <h3>Sources</h3>
      {sources.length === 0 && <p>It reads nothing yet: name a sensor’s file with --source.</p>}
      <ul className="device-sources">
        {sources.map((source) => (
          <li key={source.name}>
            <b>{visible(source.name)}</b> <span className="second-reading">{visible(source.format)}</span>{' '}
            <span data-bad={badStates.has(source.state) || undefined}>{source.state}</span>
            <br />
            <code>{visible(source.input)}</code>
            <br />
            <span className="second-reading">
              {counted(source.events, 'event')} since its start
              {source.behindBytes > 0 && `, ${size(source.behindBytes)} not yet read`}
            </span>
            {source.reason && <p className="lost">{visible(source.reason)}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}

const badStates = new Set(['missing', 'unreadable', 'spool-full'])

function Instant({ at }: { readonly at: number }) {
  return (
    <>
      {utc(at, 'seconds')} <span className="second-reading">{relative(at, Date.now())}</span>
    </>
  )
}
