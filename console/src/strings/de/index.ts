// What the console says, in German.
import type { Strings } from "..";
import { everywhere } from "./everywhere";
import { knowledge } from "./knowledge";
import { leads } from "./leads";
import { letters } from "./letters";
import { tickets } from "./tickets";

export const de: Strings = { ...everywhere, ...tickets, ...knowledge, ...letters, ...leads };
