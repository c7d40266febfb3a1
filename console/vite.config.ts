import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server embeds dist/. No inline script may appear in index.html: the page's policy forbids it.
export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { port: 5173, proxy: { "/api": "http://127.0.0.1:8080" } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
