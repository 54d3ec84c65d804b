import { clientKey } from '@codex/cloudflare-clients';

export const prerender = true;

// The WebAssembly runs while the page is built.
export const load = () => ({ network: clientKey('2001:db8:1:2:3:4:5:6') });
