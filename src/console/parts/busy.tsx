// Something is awaited: said, and shown.

export function Busy({ children }: { readonly children?: string }) {
  return (
    <div className="centre" role="status">
      <span className="busy">
        <span className="spinner" aria-hidden /> {children ?? <span className="visually-hidden">Loading</span>}
      </span>
    </div>
  )
}
