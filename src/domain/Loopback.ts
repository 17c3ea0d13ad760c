const pattern = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** Tells whether a host, by name or address, is this machine, so that nothing passes over a network. */
export const isLoopback = (host: string): boolean => pattern.test(host)
