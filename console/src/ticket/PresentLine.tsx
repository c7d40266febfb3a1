import { IconEye, IconPencil, IconSignature } from "@tabler/icons-react";
import type { Present } from "../api/types";
import { t } from "../strings";
import { useOthers } from "./presence";

const shapes = { approving: IconSignature, writing: IconPencil, viewing: IconEye };

/** Who else is here, before two people answer one letter. */
export function PresentLine({ ticketId }: { ticketId: string }) {
  const others = useOthers(ticketId);
  if (others.length === 0) return null;
  return (
    <p className="present" role="status" data-testid="present">
      {others.map((one) => <Person key={one.agent_id} present={one} />)}
    </p>
  );
}

function Person({ present }: { present: Present }) {
  const Shape = shapes[present.doing];
  return <span data-doing={present.doing}><Shape size={14} stroke={1.7} aria-hidden /> {t(`present.${present.doing}`, { name: present.name })}</span>;
}
