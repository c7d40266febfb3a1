// What the console says, in English, by the pages that say it. The other catalogues have exactly these keys.
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

export const en = { ...everywhere, ...tickets, ...knowledge, ...letters, ...leads, ...access, ...incidents, ...escalation, ...attention, ...evals, ...gates, ...shadow, ...digest, ...reviews, ...readiness, ...scorecard, ...coverage };
