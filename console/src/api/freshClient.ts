import { QueryClient, type InvalidateOptions, type InvalidateQueryFilters, type QueryKey } from "@tanstack/react-query";

/**
 * Answers of the desk, asked again when something changed. A first answer still on its way was asked for before the change;
 * the library would keep it as the newest, so here it is asked for once more when it has come.
 */
export class FreshClient extends QueryClient {
  override invalidateQueries<Key extends QueryKey = QueryKey>(filters?: InvalidateQueryFilters<Key>, options?: InvalidateOptions): Promise<void> {
    const early = this.getQueryCache().findAll(filters).filter(({ state }) => state.fetchStatus !== "idle" && state.data === undefined);
    const again = early.map(({ queryKey, promise }) => ({ queryKey, promise }));
    const done = super.invalidateQueries(filters, options);
    // The answer is kept a moment after its promise is met.
    for (const { queryKey, promise } of again) promise?.then(() => setTimeout(() => void super.invalidateQueries({ queryKey, exact: true })), () => undefined);
    return done;
  }
}
