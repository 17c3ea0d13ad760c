const pattern = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** Whether a host, a name or an address, is this machine and nothing that passes over a network. */
export const isLoopback = (host: string): boolean => pattern.test(host)
