// The tools of the graph, each with its key: the words users of the original's relations graph know.
import {
  IconAbc,
  IconArrowBackUp,
  IconFocusCentered,
  IconMaximize,
  IconPin,
  IconSitemap,
  IconStack2,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react'
import { IconButton } from '../parts/icon-button.tsx'

type Props = {
  readonly fit: () => void
  readonly rearrange: () => void
  readonly group: () => void
  readonly labels: () => void
  readonly pin: () => void
  readonly undo: () => void
  readonly zoomIn: () => void
  readonly zoomOut: () => void
  readonly fullscreen: () => void
  readonly grouped: boolean
  readonly labelled: boolean
  readonly canPin: boolean
  readonly canUndo: boolean
}

export function GraphTools(props: Props) {
  const tools = [
    { name: 'Fit', key: 'f', icon: IconFocusCentered, act: props.fit },
    { name: 'Zoom in', icon: IconZoomIn, act: props.zoomIn },
    { name: 'Zoom out', icon: IconZoomOut, act: props.zoomOut },
    { name: 'Rearrange', key: 'l', icon: IconSitemap, act: props.rearrange },
    { name: 'Group look-alikes', key: 'u', icon: IconStack2, act: props.group, on: props.grouped },
    { name: 'Labels', key: 't', icon: IconAbc, act: props.labels, on: props.labelled },
    { name: 'Pin selected', key: 'p', icon: IconPin, act: props.pin, disabled: !props.canPin },
    { name: 'Undo', key: 'z', icon: IconArrowBackUp, act: props.undo, disabled: !props.canUndo },
    { name: 'Full screen', icon: IconMaximize, act: props.fullscreen },
  ]
  return (
    <div className="graph-tools" role="toolbar" aria-label="Graph" aria-orientation="vertical">
      {tools.map(({ name, key, icon, act, on, disabled }) => (
        <IconButton
          key={name}
          name={name}
          icon={icon}
          onClick={act}
          tip="right"
          pressed={on}
          {...(key && { shortcut: key })}
          {...(disabled && { disabled })}
        />
      ))}
    </div>
  )
}
