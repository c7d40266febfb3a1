import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** The one accent: petrol. Everything else is grey, except warnings. */
const petrol: MantineColorsTuple = [
  "#e9f6f5", "#d3e9e7", "#a5d3cf", "#72bcb6", "#4aa8a1", "#2f9a93", "#1c857f", "#0b6b67", "#085b57", "#034b47",
];

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: 7,
  colors: { petrol },
  autoContrast: true,
  fontFamily: "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "15px", xl: "18px" },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "18px" }, h2: { fontSize: "15px" }, h3: { fontSize: "13px" } } },
  defaultRadius: "sm",
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs", comboboxProps: { shadow: "md" } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false } },
  },
});
