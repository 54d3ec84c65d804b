export default { fetch: () => new Response('tests run in this Worker') };
