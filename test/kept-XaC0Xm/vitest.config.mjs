export default {
  "test": {
    "pool": "forks",
    "isolate": false,
    "poolOptions": { "forks": { "minForks": 1, "maxForks": 1 } },
    "testTimeout": 20000,
    "setupFiles": ["/work/g-sql/test/kept-XaC0Xm/setup.mjs"],
    "include": ["/work/g-sql/test/kept-XaC0Xm/*/*.test.ts"]
  }
}
