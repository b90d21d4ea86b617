// How Mantine's components behave everywhere; their colours stand in mantine-variables.css and console.css.
import { createTheme } from '@mantine/core'

export const theme = createTheme({ primaryColor: 'blue', primaryShade: 8, cursorType: 'pointer', defaultRadius: 'sm' })
