/** Comes before any schema is made: the page's policy forbids the code that zod would generate for them. */
import { config } from "zod";

config({ jitless: true });
