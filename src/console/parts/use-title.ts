// The title of the page says where one is and what is asked: in the tab, the history, and first to a screen reader.
import { useEffect } from 'react'
import { middleEllipsis, visible } from './defang.ts'

export function useTitle(screen: string, about = ''): void {
  useEffect(() => {
    document.title = `${about === '' ? '' : `${middleEllipsis(visible(about), 60)} · `}${screen} · Sallyport`
  }, [screen, about])
}
