import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Addresses are relative: the orchestrator makes them fit the path under which it serves the console. */
export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
});
