import { Modal } from "@mantine/core";
import { actions, type Scope } from "../keys";
import { Key } from "../states/Parts";
import { t } from "../strings";

const scopes: Scope[] = ["everywhere", "list", "ticket", "sealed"];

/** All keys on one page. */
export function KeysOverlay({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={t("keys.title")} size="lg" closeButtonProps={{ "aria-label": t("close") }}>
      <div className="keys">
        {scopes.map((scope) => (
          <section key={scope}>
            <h3>{t(`scope.${scope}`)}</h3>
            <dl>
              {actions.filter((action) => action.scope === scope).map((action) => (
                <div key={action.id}><dt>{t(action.label)}</dt><dd><Key action={action.id} /></dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="quiet">{t("keys.note")}</p>
    </Modal>
  );
}
