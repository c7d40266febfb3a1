import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queryClient, sessionQuery } from "./api/queries";
import type { EvalCaseState } from "./api/types";
import { TicketsLayout } from "./inbox/TicketsLayout";
import { Shell } from "./shell/Shell";
import { SignIn } from "./signin/SignIn";
import { Failure } from "./states/States";
import { TicketRoute } from "./ticket/TicketRoute";

export interface ListSearch { view?: string; q?: string }

const optional = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const root = createRootRoute({ notFoundComponent: () => <Failure error={null} /> });

const signIn = createRoute({
  getParentRoute: () => root, path: "/sign-in", component: SignIn,
  validateSearch: (search): { to?: string; refused?: string } => ({ to: optional(search.to), refused: optional(search.refused) }),
});

const welcome = createRoute({ getParentRoute: () => root, path: "/welcome", component: lazyRouteComponent(() => import("./signin/Welcome"), "Welcome") });

const shell = createRoute({
  getParentRoute: () => root, id: "shell", component: Shell, errorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
  beforeLoad: async ({ location }) => {
    if (!(await queryClient.ensureQueryData(sessionQuery))) throw redirect({ to: "/sign-in", search: { to: location.href } });
  },
});

const home = createRoute({ getParentRoute: () => shell, path: "/", beforeLoad: () => { throw redirect({ to: "/tickets" }); } });

const tickets = createRoute({
  getParentRoute: () => shell, path: "/tickets", component: TicketsLayout,
  validateSearch: (search): ListSearch => ({ view: optional(search.view), q: optional(search.q) }),
});
const ticket = createRoute({ getParentRoute: () => tickets, path: "$ticketId", component: TicketRoute });

const knowledge = createRoute({ getParentRoute: () => shell, path: "/knowledge", component: lazyRouteComponent(() => import("./knowledge/KnowledgePage"), "KnowledgePage") });
const newArticle = createRoute({ getParentRoute: () => knowledge, path: "new", component: lazyRouteComponent(() => import("./knowledge/TextEditor"), "NewArticlePage") });
const article = createRoute({
  getParentRoute: () => knowledge, path: "$articleId", component: lazyRouteComponent(() => import("./knowledge/ArticlePage"), "ArticlePage"),
  validateSearch: (search): { passage?: string; version?: number } => ({
    passage: optional(search.passage), version: typeof search.version === "number" ? search.version : undefined,
  }),
});
const search = createRoute({
  getParentRoute: () => shell, path: "/search", component: lazyRouteComponent(() => import("./search/SearchPage"), "SearchPage"),
  validateSearch: (search): { q?: string } => ({ q: search.q === undefined ? undefined : String(search.q) }),
});
const patterns = createRoute({
  getParentRoute: () => shell, path: "/patterns", component: lazyRouteComponent(() => import("./patterns/PatternsPage"), "PatternsPage"),
  validateSearch: (search): { tab?: "patterns" } => (search.tab === "patterns" ? { tab: "patterns" } : {}),
});
const tray = createRoute({ getParentRoute: () => shell, path: "/tray", component: lazyRouteComponent(() => import("./tray/TrayPage"), "TrayPage") });
const letter = createRoute({ getParentRoute: () => tray, path: "$letterId", component: lazyRouteComponent(() => import("./tray/LetterView"), "LetterRoute") });
const bulks = createRoute({ getParentRoute: () => shell, path: "/bulk", component: lazyRouteComponent(() => import("./bulk/BulksPage"), "BulksPage") });
const newBulk = createRoute({ getParentRoute: () => shell, path: "/bulk/new", component: lazyRouteComponent(() => import("./bulk/BulkNewPage"), "BulkNewPage") });
const bulk = createRoute({ getParentRoute: () => shell, path: "/bulk/$bulkId", component: lazyRouteComponent(() => import("./bulk/BulkPage"), "BulkRoute") });
const origin = createRoute({ getParentRoute: () => shell, path: "/letters/$approvalId", component: lazyRouteComponent(() => import("./origin/OriginPage"), "OriginRoute") });
const record = createRoute({ getParentRoute: () => shell, path: "/record", component: lazyRouteComponent(() => import("./record/RecordPage"), "RecordPage") });
const departures = createRoute({ getParentRoute: () => shell, path: "/departures", component: lazyRouteComponent(() => import("./record/DeparturesPage"), "DeparturesPage") });
const quarantine = createRoute({ getParentRoute: () => shell, path: "/quarantine", component: lazyRouteComponent(() => import("./quarantine/QuarantinePage"), "QuarantinePage") });
const settings = createRoute({ getParentRoute: () => shell, path: "/settings", component: lazyRouteComponent(() => import("./settings/SettingsPage"), "SettingsPage") });
const policies = createRoute({ getParentRoute: () => shell, path: "/settings/policies", component: lazyRouteComponent(() => import("./policies/PoliciesPage"), "PoliciesPage") });
const policy = createRoute({ getParentRoute: () => shell, path: "/settings/policies/$kind/$key", component: lazyRouteComponent(() => import("./policies/PolicyPage"), "PolicyRoute") });
const standing = createRoute({ getParentRoute: () => shell, path: "/settings/standing", component: lazyRouteComponent(() => import("./standing/StandingPage"), "StandingPage") });
const accounts = createRoute({ getParentRoute: () => shell, path: "/settings/people", component: lazyRouteComponent(() => import("./accounts/AccountsPage"), "AccountsPage") });
const reading = createRoute({ getParentRoute: () => shell, path: "/settings/reading", component: lazyRouteComponent(() => import("./reading/ReadingPage"), "ReadingPage") });
const insights = createRoute({ getParentRoute: () => shell, path: "/insights", component: lazyRouteComponent(() => import("./insights/InsightsPage"), "InsightsPage") });
const readiness = createRoute({ getParentRoute: () => shell, path: "/readiness", component: lazyRouteComponent(() => import("./readiness/ReadinessPage"), "ReadinessPage") });
const scorecard = createRoute({ getParentRoute: () => shell, path: "/scorecard", component: lazyRouteComponent(() => import("./scorecard/ScorecardPage"), "ScorecardPage") });
const coverage = createRoute({ getParentRoute: () => shell, path: "/coverage", component: lazyRouteComponent(() => import("./coverage/CoveragePage"), "CoveragePage") });
const incidents = createRoute({ getParentRoute: () => shell, path: "/incidents", component: lazyRouteComponent(() => import("./incidents/IncidentsPage"), "IncidentsPage") });
const incident = createRoute({ getParentRoute: () => shell, path: "/incidents/$incidentId", component: lazyRouteComponent(() => import("./incidents/IncidentPage"), "IncidentRoute") });
const flags = createRoute({ getParentRoute: () => shell, path: "/flags", component: lazyRouteComponent(() => import("./incidents/FlagsPage"), "FlagsPage") });
const evalCases = createRoute({
  getParentRoute: () => shell, path: "/eval-cases", component: lazyRouteComponent(() => import("./evals/EvalCasesPage"), "EvalCasesPage"),
  validateSearch: (search): { state?: EvalCaseState; open?: string; suite?: string } => ({
    state: search.state === "approved" || search.state === "retired" || search.state === "proposed" ? search.state : undefined, open: optional(search.open), suite: optional(search.suite),
  }),
});
const reviews = createRoute({ getParentRoute: () => shell, path: "/reviews", component: lazyRouteComponent(() => import("./reviews/ReviewsPage"), "ReviewsPage") });
const digest = createRoute({ getParentRoute: () => shell, path: "/digest", component: lazyRouteComponent(() => import("./digest/DigestPage"), "DigestPage"), validateSearch: (search): { day?: string } => ({ day: optional(search.day) }) });
const gates = createRoute({
  getParentRoute: () => shell, path: "/gates", component: lazyRouteComponent(() => import("./gates/GatesPage"), "GatesPage"),
  validateSearch: (search): { open?: string } => ({ open: optional(search.open) }),
});
const shadow = createRoute({ getParentRoute: () => shell, path: "/shadow", component: lazyRouteComponent(() => import("./shadow/ShadowPage"), "ShadowPage") });
const tasks = createRoute({ getParentRoute: () => shell, path: "/tasks", component: lazyRouteComponent(() => import("./tasks/TasksPage"), "TasksPage") });

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    welcome,
    shell.addChildren([
      home, tickets.addChildren([ticket]), knowledge.addChildren([newArticle, article]), patterns, search, tray.addChildren([letter]), bulks, newBulk, bulk, origin, record, departures, quarantine, settings, policies, policy, standing, accounts, reading, insights, readiness, scorecard, coverage, incidents, incident, flags, evalCases, gates, shadow, reviews, digest, tasks,
    ]),
  ]),
  defaultPreload: false,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register { router: typeof router }
}
