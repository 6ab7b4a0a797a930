import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useDenials } from '../../api/rights.js';
import { submitWorkflow, type Workflow } from '../../api/workflows.js';
import type { SubmitSearch } from '../../paths-infra.js';
import { ActButton } from '../../ui/act-button.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { useAct } from '../../ui/use-act.js';
import { PlanTask } from './plan-task.js';
import styles from './submit-page.module.css';
import { WorkflowFields } from './workflow-fields.js';

/** The type of resource that each kind of workflow changes. */
const RESOURCES = { servers: 'servers', taskserv: 'taskservs', cluster: 'clusters' } as const;

export default function SubmitPage() {
  const { plan, ...given } = useSearch({ from: '/signed-in/submit' });
  const navigate = useNavigate({ from: '/submit' });
  const [workflow, setWorkflow] = useState(() => workflowOf(given));
  const act = useAct();
  const denials = useDenials();
  // What was planned is in the address, so an edit of the form takes the preview away.
  const change = (next: Partial<Workflow>) => {
    act.clear();
    setWorkflow({ ...workflow, ...next });
    if (plan !== undefined) void navigate({ search: given, replace: true });
  };
  const preview = () =>
    act.run(async (key) => {
      const id = await submitWorkflow(workflow, true, key);
      await navigate({ search: { ...searchOf(workflow), plan: id }, replace: true });
    });
  return (
    <Page title="Submit">
      <div className={styles['columns']}>
        <Panel title="Workflow">
          <form
            className="stack"
            aria-label="Workflow"
            onSubmit={(event) => {
              event.preventDefault();
              void preview();
            }}
          >
            <WorkflowFields workflow={workflow} faultOf={act.faultOf} onChange={change} />
            {act.error !== undefined && <ErrorNotice error={act.error} />}
            <div className="row">
              <ActButton
                type="submit"
                className={plan === undefined ? 'primary' : ''}
                denied={denials(workflow.operation, RESOURCES[workflow.kind])}
                disabled={act.busy}
              >
                Preview
              </ActButton>
            </div>
          </form>
        </Panel>
        <Panel title="Plan">
          {plan === undefined ? (
            <p className="muted">
              Preview shows what would be created, changed and destroyed. Nothing is changed until you run it.
            </p>
          ) : (
            <PlanTask key={plan} id={plan} workflow={workflow} />
          )}
        </Panel>
      </div>
    </Page>
  );
}

const workflowOf = ({
  kind = 'servers',
  operation = 'create',
  infra = '',
  settings = '',
  name = '',
}: Omit<SubmitSearch, 'plan'>): Workflow => ({ kind, operation, infra, settings, name });

/** The form as it stands in the address; a value that its kind does not use is left out. */
function searchOf({ name, ...workflow }: Workflow): SubmitSearch {
  return workflow.kind === 'servers' ? workflow : { ...workflow, name };
}
