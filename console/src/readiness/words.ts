import { useDesk } from "../api/queries";
import type { Part } from "../api/readiness";
import { t } from "../strings";

/** Says which part of a category's tickets is meant, in words of this desk; empty for the whole. */
export function usePartWords(): (part: { queue?: string | null; product?: string | null }) => string {
  const { queues } = useDesk();
  return ({ queue, product }) => {
    if (queue) return t("readiness.inQueue", { queue: queues.find((one) => one.key === queue)?.name ?? queue });
    return product ? t("readiness.forProduct", { product }) : "";
  };
}

/** A part as one word, for a field to choose from; and back. */
export const wordOf = ({ queue, product }: Part) => (queue ? `queue:${queue}` : product ? `product:${product}` : "");
export const partOf = (word: string): Part => (word.startsWith("queue:") ? { queue: word.slice(6) } : word.startsWith("product:") ? { product: word.slice(8) } : {});
