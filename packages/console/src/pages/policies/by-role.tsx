import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { simulation, type Question } from '../../api/queries/simulation.js';
import { ROLES } from '../../paths-governance.js';
import table from '../../ui/table.module.css';
import { Verdict } from './verdict.js';

/** The same question for each built-in role: one request each, only when asked for. */
export function ByRole({ question }: { question: Question }) {
  const [isAsked, setIsAsked] = useState(false);
  const answers = useQueries({
    queries: ROLES.map((role) => ({
      ...simulation({ ...question, principal: { roles: [role] } }),
      enabled: isAsked,
    })),
  });
  return (
    <section className="stack" aria-label="By role">
      <h2>By role</h2>
      {!isAsked && (
        <div>
          <button type="button" onClick={() => setIsAsked(true)}>
            Ask for each role
          </button>
        </div>
      )}
      {isAsked && (
        <div className={table['frame']}>
          <table className={table['table']}>
            <thead>
              <tr>
                {ROLES.map((role) => (
                  <th key={role} scope="col">
                    {role}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <tr>
                {ROLES.map((role, index) => {
                  const decision = answers[index]?.data?.decision;
                  return (
                    <td key={role} data-label={role}>
                      {decision ? <Verdict verdict={decision} /> : '…'}
                    </td>
                  );
                })}
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
