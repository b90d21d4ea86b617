// One iteration of ForceAtlas2 over flat matrices; the package has no types for this file of its own.
declare module 'graphology-layout-forceatlas2/iterate.js' {
  function iterate(settings: Readonly<Record<string, number | boolean>>, nodes: Float32Array, edges: Float32Array): void
  export { iterate as default }
}
