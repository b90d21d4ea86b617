// Copies defanged by default, with the raw value beside it (console-and-cli 7).
import { Button } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { announce } from './announcer.tsx'

export function CopyButton({ text, children }: { readonly text: string; readonly children: string }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no')
  useEffect(() => {
    if (copied === 'no') return
    const timer = setTimeout(() => setCopied('no'), 1_500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => setCopied((await copyText(text)) ? 'yes' : 'refused')
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={copied === 'yes' ? <IconCheck size={14} /> : <IconCopy size={14} />}
      onClick={() => void copy()}
    >
      {copied === 'yes' ? 'Copied' : copied === 'refused' ? 'Not allowed' : children}
    </Button>
  )
}

/** @returns whether the browser allowed it. */
export async function copyText(text: string): Promise<boolean> {
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
  announce(done ? 'Copied' : 'The browser did not allow copying')
  return done
}
