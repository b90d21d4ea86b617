// The thread in which the layout is computed: a job in, six steps out; the page stays answering meanwhile.
import { type LayoutJob, layOut } from './layout.ts'

self.addEventListener('message', ({ data }: MessageEvent<LayoutJob>) => {
  layOut(data, (step) => self.postMessage(step))
})
