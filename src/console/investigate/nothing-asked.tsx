// Before anything is asked: what the box takes, and the same from a shell.

/** Addresses and names of documentation; the demonstration of `sallyport up` tells its story with them. */
const examples = ['203.0.113.77', 'hxxps://update-check[.]example/invoice', 'billing@invoices.example']

export function NothingAsked({ onExample }: { readonly onExample: (text: string) => void }) {
  return (
    <div className="empty">
      <h2>Paste what you have found</h2>
      <p>
        An address, a hash, a mail, a log line or a whole report, defanged or not. What is understood appears as chips
        before anything runs.
      </p>
      <ul className="examples">
        {examples.map((example) => (
          <li key={example}>
            <button type="button" className="mono" onClick={() => onExample(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      <p>The same from a shell:</p>
      <pre className="command">sallyport investigate 203.0.113.77</pre>
    </div>
  )
}
