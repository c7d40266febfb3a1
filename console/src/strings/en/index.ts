// What the console says, in English, by the pages that say it. The other catalogues have exactly these keys.
import { everywhere } from "./everywhere";
import { knowledge } from "./knowledge";
import { leads } from "./leads";
import { letters } from "./letters";
import { tickets } from "./tickets";

export const en = { ...everywhere, ...tickets, ...knowledge, ...letters, ...leads };
