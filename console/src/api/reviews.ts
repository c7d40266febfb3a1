import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { List, NewReview, OpenReview, ReviewSummary, ReviewTask, ReviewVerdict } from "./types";

export const reviewsQuery = queryOptions({ queryKey: ["reviews"], queryFn: () => call<List<OpenReview>>("GET", "/reviews").then((list) => list.items), refetchOnMount: "always" });
export const reviewQuery = (id: string) => queryOptions({ queryKey: ["review", id], queryFn: () => call<ReviewTask>("GET", `/reviews/${id}`), staleTime: Infinity });
export const reviewSummaryQuery = queryOptions({ queryKey: ["reviews", "summary"], queryFn: () => call<ReviewSummary>("GET", "/reviews/summary"), refetchOnMount: "always" });
export const giveReview = (id: string, review: NewReview) => call<undefined>("POST", `/reviews/${id}`, { body: review });
export const settleReview = (id: string, verdict: ReviewVerdict, reason: string) => call<undefined>("POST", `/reviews/${id}/settlement`, { body: { verdict, reason } });
export const drawReviews = (count: number) => call<{ drawn: number }>("POST", "/reviews/draws", { body: { count } });
