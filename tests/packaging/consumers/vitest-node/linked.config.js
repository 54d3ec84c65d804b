export default {
  resolve: { conditions: ['browser'] },
  test: { server: { deps: { inline: ['@codex/cloudflare-clients'] } } },
};
