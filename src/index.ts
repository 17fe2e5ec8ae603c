import { start } from './main.ts'

/* The runner starts this file as the main step and, at the end of the job, as the post step. */
await start(process)
