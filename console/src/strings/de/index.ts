// What the console says, in German.
import type { Strings } from "..";
import { access } from "./access";
import { attention } from "./attention";
import { digest } from "./digest";
import { coverage } from "./coverage";
import { escalation } from "./escalation";
import { evals } from "./evals";
import { everywhere } from "./everywhere";
import { gates } from "./gates";
import { incidents } from "./incidents";
import { knowledge } from "./knowledge";
import { leads } from "./leads";
import { letters } from "./letters";
import { reviews } from "./reviews";
import { readiness } from "./readiness";
import { scorecard } from "./scorecard";
import { shadow } from "./shadow";
import { tickets } from "./tickets";

export const de: Strings = { ...everywhere, ...tickets, ...knowledge, ...letters, ...leads, ...access, ...incidents, ...escalation, ...attention, ...evals, ...gates, ...shadow, ...digest, ...reviews, ...readiness, ...scorecard, ...coverage };
