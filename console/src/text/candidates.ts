import type { Understanding } from "../api/types";
import { t } from "../strings";

type Looked = Pick<Understanding, "category" | "set"> & { verdict: Pick<NonNullable<Understanding["verdict"]>, "category"> | null };

/** What a ticket is about, as far as it is known: a person's word, one category, "A or B", or nothing (""). */
export function about({ verdict, category, set }: Looked): string {
  if (verdict?.category) return verdict.category.name;
  return category?.name ?? set.slice(0, 3).map((one) => one.name).join(` ${t("or")} `);
}
