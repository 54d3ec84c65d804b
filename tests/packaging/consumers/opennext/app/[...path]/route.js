import { getCloudflareContext } from '@opennextjs/cloudflare';
import worker from '../../worker';

const handle = (request) => worker.fetch(request, getCloudflareContext().env);

export { handle as DELETE, handle as GET, handle as POST };
