/** Version of this build, as the documentation of the contract and the list of servers tell it. */
export const version = "0.1.0"
