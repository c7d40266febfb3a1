import { Button, Menu } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { accountsQuery, changeAccount, invitationsQuery, withdrawInvitation, type AccountChange } from "../api/access";
import { queryClient, useSession } from "../api/queries";
import type { Account, Invitation, Named } from "../api/types";
import { proven } from "../states/AskProof";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { InviteForm } from "./InviteForm";
import { RoleForm, withoutQueues } from "./RoleForm";

const refresh = () => Promise.all(["accounts", "invitations"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

/** Who is let in, as what, and who was invited. For administrators. */
export function AccountsPage() {
  const accounts = useQuery(accountsQuery);
  const invitations = useQuery(invitationsQuery);
  const [isInviting, setInviting] = useState(false);
  const open = invitations.data?.filter((one) => one.state === "open") ?? [];
  return (
    <div className="page wide">
      <header className="page-head"><h1>{t("accounts.title")}</h1>{!isInviting && accounts.data && <Button size="xs" onClick={() => setInviting(true)}>{t("accounts.invite")}</Button>}</header>
      <p className="quiet">{t("accounts.lead")}</p>
      {isInviting && accounts.data && <InviteForm queues={accounts.data.queues} onClose={() => setInviting(false)} onMade={() => void refresh()} />}
      {open.length > 0 && (
        <section aria-label={t("accounts.invited")}>
          <h2>{t("accounts.invited")}</h2>
          <ul className="lines">{open.map((one) => <InvitationLine key={one.id} invitation={one} />)}</ul>
        </section>
      )}
      {accounts.error ? <Failure error={accounts.error} onRetry={() => void accounts.refetch()} /> : !accounts.data ? <Rows count={5} /> : (
        <ul className="lines" data-testid="accounts">{accounts.data.items.map((one) => <AccountLine key={one.id} account={one} queues={accounts.data.queues} />)}</ul>
      )}
    </div>
  );
}

function InvitationLine({ invitation }: { invitation: Invitation }) {
  const withdraw = useMutation({ mutationFn: () => withdrawInvitation(invitation.id), onSuccess: refresh, onError: notifyFailure });
  return (
    <li className="line with-button">
      <div><b>{invitation.name}</b><span className="quiet">{invitation.email} · {t(`role.${invitation.role}`)} · {t("accounts.by", { name: invitation.by })} · {t("accounts.until")} <Ago at={invitation.expires_at} /></span></div>
      <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>{t("accounts.withdraw")}</Button>
    </li>
  );
}

function AccountLine({ account, queues }: { account: Account; queues: Named[] }) {
  const { agent } = useSession();
  const [isChanging, setChanging] = useState(false);
  const change = useMutation({ mutationFn: (one: AccountChange) => proven(() => changeAccount(account.id, one)), onSuccess: () => { setChanging(false); return refresh(); }, onError: notifyFailure });
  const names = account.queues.map((key) => queues.find((one) => one.key === key)?.name ?? key);
  const isOff = account.state === "off";
  return (
    <li className="line account" data-state={account.state}>
      <div className="bar">
        <div className="account-words"><b>{account.name}</b>
          <span className="quiet">{account.email} · {t(`role.${account.role}`)} · {names.length > 0 ? names.join(", ") : withoutQueues(account.role)}</span>
          <span className="quiet">{isOff ? t("accounts.off") : account.signed_in_at ? <>{t("accounts.seen")} <Ago at={account.signed_in_at} /></> : t("accounts.never")}{account.second_factor && ` · ${t("accounts.code")}`}</span>
        </div>
        {account.id === agent.id ? <span className="quiet">{t("accounts.you")}</span> : (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target><Button size="compact-sm" variant="default" aria-label={t("accounts.change", { name: account.name })} loading={change.isPending}><IconDots size={16} aria-hidden /></Button></Menu.Target>
            <Menu.Dropdown>
              {!isOff && <Menu.Item onClick={() => setChanging(true)}>{t("accounts.role")}</Menu.Item>}
              {!isOff && <Menu.Item onClick={() => change.mutate({ change: "signed_out" })}>{t("accounts.signOut")}</Menu.Item>}
              {account.second_factor && <Menu.Item onClick={() => change.mutate({ change: "second_factor_lost" })}>{t("accounts.lost")}</Menu.Item>}
              {isOff ? <Menu.Item onClick={() => change.mutate({ change: "on" })}>{t("accounts.switchOn")}</Menu.Item> : <Menu.Item color="red" onClick={() => change.mutate({ change: "off" })}>{t("accounts.switchOff")}</Menu.Item>}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {isChanging && <RoleForm account={account} queues={queues} isBusy={change.isPending} onClose={() => setChanging(false)} onSave={(role, keys) => change.mutate({ change: "role", role, queues: keys })} />}
    </li>
  );
}
