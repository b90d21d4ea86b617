// Sizes as people read them.

/** @returns `0 B`, `12.3 MiB` */
export function size(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? 'B'}`
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
