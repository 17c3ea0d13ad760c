// Runs the next version of the server. The first import changes a part before the second one lists all.
import "./kinds.ts"
import "../../../../src/main.ts"
