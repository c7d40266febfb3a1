import "@mantine/core/styles.css";
import "@mantine/spotlight/styles.css";
import "@mantine/notifications/styles.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/inbox.css";
import "./styles/ticket.css";
import "./styles/escalation.css";
import "./styles/attention.css";
import "./styles/readiness.css";
import "./styles/scorecard.css";
import "./styles/reviews.css";
import "./styles/coverage.css";
import "./styles/assist.css";
import "./styles/pages.css";
import "./styles/triage.css";
import "./styles/patterns.css";
import "./styles/bulk.css";
import "./styles/incidents.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries";
import { router } from "./router";
import { useLanguage } from "./strings";
import { theme } from "./theme";

function Root() {
  const language = useLanguage();
  document.documentElement.lang = language;
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="top-center" limit={3} />
      <QueryClientProvider client={queryClient}>
        <RouterProvider key={language} router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><Root /></StrictMode>);
