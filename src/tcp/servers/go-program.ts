import type { ServerProgram } from './server-program.ts';

export const goProgram: ServerProgram = {
  id: 'go',
  title: 'Go programs (Caddy, Traefik, etcd, NATS, Docker, Kubernetes, Prometheus)',
  recognise: {
    name: /^(caddy|traefik|etcd|nats-server|dockerd|docker-proxy|containerd|kubelet|kube-|prometheus)/,
  },
  defaultBacklog: {
    kind: 'somaxconn',
    how: 'read from /proc/sys/net/core/somaxconn when the program starts to listen',
  },
  advice: () =>
    'Go programs pass net.core.somaxconn of their namespace: raise it there, then restart the program',
  configuration: [],
  commandLine: [],
  takesEffect: {
    by: 'restart',
    command: 'restart the program',
    because:
      'somaxconn is read once; only a net.ListenConfig with a Control function of its own could choose another number',
  },
  check: { none: 'there is no setting' },
  measured: [],
  sources: ['go.dev: net/sock_linux.go, maxListenerBacklog()'],
};
