import { ROLES } from '../../paths-governance.js';
import { Checks, Field } from '../../ui/field.js';

interface RolesFieldProps {
  value: readonly string[];
  error?: string | undefined;
  onChange(value: string[]): void;
}

const isBuiltIn = (role: string) => ROLES.some((each) => each === role);

/** The roles of a user: the built-in ones to tick, and any others that policies name. */
export function RolesField({ value, error, onChange }: RolesFieldProps) {
  const builtIn = value.filter(isBuiltIn);
  const others = value.filter((role) => !isBuiltIn(role));
  return (
    <>
      <Checks
        label="Roles"
        options={ROLES}
        value={builtIn}
        error={error}
        onChange={(next) => onChange([...next, ...others])}
      />
      <Field
        label="Other roles"
        hint="Names of roles that your own policies use, separated by spaces."
        value={others.join(' ')}
        onChange={({ target }) => onChange([...builtIn, ...rolesIn(target.value)])}
      />
    </>
  );
}

/** The last one may still be typed: a space at the end is kept as an empty name until then. */
function rolesIn(text: string): string[] {
  const roles = text.split(/[\s,]+/);
  return roles.filter((role, index) => (role !== '' || index === roles.length - 1) && !isBuiltIn(role));
}
