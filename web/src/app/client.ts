// The one sync client of the page.
import { createClient } from "../sdk";

export const client = createClient({ client_name: "lockstep-web/0.1" });
