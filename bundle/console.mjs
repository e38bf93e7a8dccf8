/** Builds the web console, src/ui, into dist/ui. Usage: vite build --config bundle/console.mjs, after bundle/build.mjs. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const folder = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

export default defineConfig({
  root: folder('src/ui'),
  base: '/',
  plugins: [react(), zstdWithoutFetch()],
  worker: { format: 'es', plugins: () => [zstdWithoutFetch()] },
  build: {
    outDir: folder('dist/ui'),
    emptyOutDir: true,
    target: 'es2023',
    // light-dark() stays what it is: the colour scheme is set by script.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A page's policy allows nothing that stands in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    license: { fileName: 'third-party-licences.md' },
  },
});

/** The decompressor fetches itself from a data: address, which the console's content security policy does not allow. */
function zstdWithoutFetch() {
  const fetched =
    /fetch\(`data:application\/wasm;base64,\$\{wasm\}`\)\.then\(\(response\) => response\.arrayBuffer\(\)\)/;
  return {
    name: 'zstd-without-fetch',
    transform(code, id) {
      if (!id.includes('zstddec-stream')) return null;
      if (!fetched.test(code))
        throw new Error('zstddec loads itself in another way than bundle/console.mjs knows');
      const decoded = 'Promise.resolve(Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0)).buffer)';
      return { code: code.replace(fetched, decoded), map: null };
    },
  };
}
