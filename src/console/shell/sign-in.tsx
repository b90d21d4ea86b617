// Signs the owner in with the one-time link that `sallyport up` prints: opened (`/signin#link=…`) or pasted here.
import { Button } from '@mantine/core'
import { IconShieldHalf } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { signIn } from '../api/queries.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { TextField } from '../parts/text-field.tsx'
import { useTitle } from '../parts/use-title.ts'
import { linkSecret, secretOfFragment } from './link-secret.ts'

export function SignIn() {
  const link = useLocation({ select: ({ hash }) => secretOfFragment(hash) })
  const navigate = useNavigate()
  useTitle('Sign in')
  const [pasted, setPasted] = useState('')
  const spend = useMutation({
    mutationFn: signIn,
    onSuccess: () => navigate({ to: '/investigate', replace: true }),
    // Spent or not, the secret leaves the address and the history.
    onError: () => navigate({ to: '/signin', hash: '', replace: true }),
  })
  const { mutate } = spend
  // A link is spent once, also where React mounts twice.
  const spent = useRef('')
  useEffect(() => {
    if (link === '' || spent.current === link) return
    spent.current = link
    mutate(link)
  }, [link, mutate])
  return (
    <main className="centre sign-in">
      <form
        className="sign-in-card"
        onSubmit={(event) => {
          event.preventDefault()
          mutate(linkSecret(pasted))
        }}
      >
        <h1>
          <IconShieldHalf size={30} aria-hidden /> Sallyport
        </h1>
        <p>
          Open the one-time link that <code>sallyport up</code> printed. Was it used? Get a new one on the machine of
          the exchange:
        </p>
        <pre className="command">sallyport link</pre>
        <TextField
          label="One-time link"
          placeholder="https://127.0.0.1:8443/signin#link=…"
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth loading={spend.isPending} disabled={pasted.trim() === ''}>
          Sign in
        </Button>
        {spend.error && <ProblemNote error={spend.error} />}
      </form>
    </main>
  )
}
