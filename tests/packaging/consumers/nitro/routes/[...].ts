import worker from '../worker';

export default defineEventHandler((event) => worker.fetch(toWebRequest(event), event.context.cloudflare.env));
