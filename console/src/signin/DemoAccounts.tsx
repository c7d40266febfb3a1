import { IconArrowRight } from "@tabler/icons-react";
import type { DemoAccount } from "../api/types";
import { initials } from "../shell/Rail";
import { t } from "../strings";

interface Props { accounts: DemoAccount[]; isBusy: boolean; onChoose: (account: DemoAccount) => void }

/** One click each, and what to try first. */
export function DemoAccounts({ accounts, isBusy, onChoose }: Props) {
  return (
    <section className="accounts" aria-label={t("signin.demo")}>
      <h2>{t("signin.demo")}</h2>
      <ol className="first-steps">
        {(["signin.step1", "signin.step2", "signin.step3", "signin.step4"] as const).map((key) => <li key={key}>{t(key)}</li>)}
      </ol>
      <ul>
        {accounts.map((account) => (
          <li key={account.email}>
            <button type="button" disabled={isBusy} onClick={() => onChoose(account)}>
              <span className="avatar" aria-hidden>{initials(account.name)}</span>
              <span>
                <b>{t("signin.as", { name: account.name })}</b> <span className="quiet">{t(`role.${account.role}`)}</span>
                <small>{account.hint}</small>
              </span>
              <IconArrowRight size={16} stroke={1.6} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
