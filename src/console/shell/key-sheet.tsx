// The `?` sheet: every key, and the one switch that turns single keys off.
import { Dialog } from '../parts/dialog.tsx'
import { SwitchBox } from '../parts/switch-box.tsx'
import { useSingleKeys } from './key-actions.tsx'
import { keyMap } from './key-map.ts'

const places = { everywhere: 'Everywhere', tables: 'Tables', graph: 'Graph' } as const

export function KeySheet({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { singleKeys, setSingleKeys } = useSingleKeys()
  return (
    <Dialog opened={opened} onClose={onClose} name="Keys">
      <div className="key-sheet">
        {Object.entries(places).map(([where, title]) => (
          <section key={where}>
            <h3>{title}</h3>
            <dl>
              {keyMap
                .filter((entry) => entry.where === where)
                .map(({ action, keys, says }) => (
                  <div key={action}>
                    <dt>
                      {keys.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{says}</dd>
                  </div>
                ))}
              {where === 'everywhere' && (
                <div>
                  <dt>
                    <kbd>Ctrl</kbd>
                    <kbd>K</kbd>
                  </dt>
                  <dd>Commands (always on)</dd>
                </div>
              )}
              {where === 'graph' && (
                <div>
                  <dt>
                    <kbd>←</kbd>
                    <kbd>→</kbd>
                  </dt>
                  <dd>Go to the next node, with the graph in focus</dd>
                </div>
              )}
            </dl>
          </section>
        ))}
      </div>
      <SwitchBox label="Single-key shortcuts" on={singleKeys} onChange={setSingleKeys} />
      <p className="second-reading">
        They never fire while you type. Off, only Ctrl/Cmd-K and your browser’s keys are left.
      </p>
    </Dialog>
  )
}
