// Sets the theme before the first paint, so that whoever chose light sees no dark flash. A file, because the policy
// forbids inline scripts; Mantine reads and writes the same key.
try {
  const chosen = localStorage.getItem('mantine-color-scheme-value')
  if (chosen === 'light') document.documentElement.dataset.mantineColorScheme = chosen
} catch {
  // Storage may be forbidden: dark stays.
}
