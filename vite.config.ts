// Builds the console into dist/console: every style, script and worker is a file of its own, so that it runs under
// `default-src 'self'` without an inline anything (console-and-cli 5).
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/console',
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2025',
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is bundled goes out with its licences; they ask for no more.
    license: { fileName: 'third-party-licences.md' },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8443' } } },
})
